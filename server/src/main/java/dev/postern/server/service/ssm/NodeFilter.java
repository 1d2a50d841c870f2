package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.store.NodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;

/**
 * One filter of DescribeInstanceInformation, from either of its two lists (spec/aws-api.md 2.2).
 * Any of the values may match.
 */
record NodeFilter(String key, List<String> values) {
  /** The keys of {@code InstanceInformationFilterList}. */
  static final List<String> LEGACY_KEYS =
      List.of(
          "InstanceIds",
          "AgentVersion",
          "PingStatus",
          "PlatformTypes",
          "ActivationIds",
          "IamRole",
          "ResourceType",
          "AssociationStatus");

  private static final Set<String> KEYS =
      Set.of(
          "ActivationIds",
          "AgentVersion",
          "AssociationStatus",
          "IamRole",
          "InstanceIds",
          "PingStatus",
          "PlatformType",
          "PlatformTypes",
          "ResourceType",
          "SourceIds",
          "SourceTypes",
          "tag-key");
  private static final String TAG = "tag:";
  private static final Pattern INSTANCE_ID = Pattern.compile("^(mi|i)-[0-9a-zA-Z]{1,64}$");

  /** The filters of a call, or a fault where one names an unknown key or a malformed id. */
  static List<NodeFilter> of(DescribeInstanceInformationRequest input) {
    List<NodeFilter> filters = new ArrayList<>();
    input
        .instanceInformationFilterList()
        .forEach(filter -> filters.add(new NodeFilter(filter.keyAsString(), filter.valueSet())));
    input.filters().forEach(filter -> filters.add(new NodeFilter(filter.key(), filter.values())));
    filters.forEach(NodeFilter::verify);
    return filters;
  }

  private void verify() {
    if (!KEYS.contains(key) && !(key.startsWith(TAG) && key.length() > TAG.length())) {
      throw new Fault("InvalidFilterKey", 400, "The filter key " + key + " is not valid.");
    }
    if (key.equals("InstanceIds")) {
      for (String value : values) {
        if (!INSTANCE_ID.matcher(value).matches()) {
          throw new Fault("InvalidInstanceId", 400, "The instance id " + value + " is malformed.");
        }
      }
    }
  }

  boolean matches(NodeRecord node, InstanceInformation information) {
    return switch (key) {
      case "ActivationIds" -> values.contains(node.activationId());
      case "AgentVersion" -> values.contains(information.agentVersion());
      // Nodes have no associations here, so no status of one matches.
      case "AssociationStatus" -> false;
      case "IamRole" -> values.contains(node.iamRole());
      case "InstanceIds", "SourceIds" -> values.contains(node.instanceId());
      case "PingStatus" -> values.contains(information.pingStatusAsString());
      case "PlatformType", "PlatformTypes" -> values.contains(information.platformTypeAsString());
      case "ResourceType" -> values.contains(information.resourceTypeAsString());
      case "SourceTypes" -> values.contains(information.sourceTypeAsString());
      case "tag-key" -> values.stream().anyMatch(node.tags()::containsKey);
      default -> {
        String tag = node.tags().get(key.substring(TAG.length()));
        yield tag != null && values.contains(tag);
      }
    };
  }
}
