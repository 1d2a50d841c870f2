package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.bus.Bus;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.PingStatus;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import dev.postern.server.store.Nodes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;

/** Lists the nodes that have reported themselves at least once, in the order of their ids. */
final class DescribeInstanceInformation
    extends SsmOperation<DescribeInstanceInformationRequest, DescribeInstanceInformationResponse> {
  private static final int PAGE_SIZE_MAX = 50;
  private static final int READ_SIZE = 200;
  private static final String SIZE = "Member must have between 1 and 100 elements";

  private final Nodes nodes;
  private final Bus bus;
  private final NextToken nextToken;

  DescribeInstanceInformation(SessionParts parts) {
    super(
        SdkCodec.of(
            DescribeInstanceInformationRequest.class, DescribeInstanceInformationRequest::builder),
        true);
    this.nodes = parts.store().nodes();
    this.bus = parts.bus();
    this.nextToken = parts.nextToken();
  }

  @Override
  public void validate(DescribeInstanceInformationRequest input) {
    Constraints constraints =
        Constraints.of().member("maxResults", input.maxResults()).range(5, PAGE_SIZE_MAX);
    int index = 0;
    for (var filter : input.instanceInformationFilterList()) {
      index++;
      String member = "instanceInformationFilterList." + index + ".member.";
      constraints
          .member(member + "key", filter.keyAsString())
          .required()
          .oneOf(NodeFilter.LEGACY_KEYS)
          .member(member + "valueSet", filter.valueSet())
          .required()
          .check(!filter.valueSet().isEmpty() && filter.valueSet().size() <= 100, SIZE);
    }
    index = 0;
    for (var filter : input.filters()) {
      index++;
      String member = "filters." + index + ".member.";
      constraints
          .member(member + "key", filter.key())
          .required()
          .length(1, Integer.MAX_VALUE)
          .member(member + "values", filter.values())
          .required()
          .check(!filter.values().isEmpty() && filter.values().size() <= 100, SIZE);
    }
    constraints.verify();
    if (!input.filters().isEmpty() && !input.instanceInformationFilterList().isEmpty()) {
      throw new Fault(
          "ValidationException",
          400,
          "InstanceInformationFilterList and Filters can't be used together.");
    }
  }

  @Override
  public Question question(DescribeInstanceInformationRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DescribeInstanceInformationResponse run(
      Call call, DescribeInstanceInformationRequest input) {
    List<NodeFilter> filters = NodeFilter.of(input);
    String query = name() + filters;
    Optional<String> after = nextToken.open(query, input.nextToken());
    int limit = input.maxResults() == null ? PAGE_SIZE_MAX : input.maxResults();
    List<InstanceInformation> found = new ArrayList<>();
    List<NodeRecord> read = nodes.list(after, READ_SIZE);
    while (!read.isEmpty()) {
      for (NodeRecord node : read) {
        Optional<InstanceInformation> information = information(node, call.now());
        if (information.isEmpty() || !matches(node, information.get(), filters)) {
          continue;
        }
        if (found.size() == limit) {
          return answer(found)
              .nextToken(nextToken.seal(query, found.getLast().instanceId()))
              .build();
        }
        found.add(information.get());
      }
      read = nodes.list(Optional.of(read.getLast().instanceId()), READ_SIZE);
    }
    return answer(found).build();
  }

  private static boolean matches(
      NodeRecord node, InstanceInformation information, List<NodeFilter> filters) {
    return filters.stream().allMatch(filter -> filter.matches(node, information));
  }

  private static DescribeInstanceInformationResponse.Builder answer(
      List<InstanceInformation> found) {
    return DescribeInstanceInformationResponse.builder().instanceInformationList(found);
  }

  private Optional<InstanceInformation> information(NodeRecord node, Instant now) {
    return node.lastPing().map(ping -> information(node, ping, now));
  }

  private InstanceInformation information(NodeRecord node, Ping ping, Instant now) {
    boolean isManaged = node.instanceId().startsWith("mi-");
    return InstanceInformation.builder()
        .instanceId(node.instanceId())
        .pingStatus(PingStatus.of(node, bus, now).name())
        .lastPingDateTime(ping.at())
        .agentVersion(absentIfEmpty(ping.agentVersion()))
        .isLatestVersion(true)
        .platformType(absentIfEmpty(ping.platformType()))
        .platformName(absentIfEmpty(ping.platformName()))
        .platformVersion(absentIfEmpty(ping.platformVersion()))
        .activationId(node.activationId())
        .iamRole(node.iamRole())
        .registrationDate(node.registrationDate())
        .resourceType(isManaged ? "ManagedInstance" : "EC2Instance")
        .name(node.name().orElse(null))
        .ipAddress(absentIfEmpty(ping.ipAddress()))
        .computerName(absentIfEmpty(ping.computerName()))
        .sourceId(node.instanceId())
        .sourceType(isManaged ? "AWS::SSM::ManagedInstance" : "AWS::EC2::Instance")
        .build();
  }

  private static @Nullable String absentIfEmpty(String text) {
    return text.isEmpty() ? null : text;
  }

  @Override
  public Map<String, Object> auditParameters(DescribeInstanceInformationRequest input) {
    return Map.of(
        "filters",
        NodeFilter.of(input).stream()
            .map(filter -> Map.of("key", filter.key(), "values", filter.values()))
            .toList());
  }
}
