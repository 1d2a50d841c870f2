package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import dev.postern.server.store.Nodes;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An agent's health ping (spec/agent-service.md 2.1). The first one after a start has a few members
 * only; what it leaves out stays as it was.
 */
final class UpdateInstanceInformation
    extends SsmOperation<Map<String, Object>, Map<String, Object>> {
  private static final int TEXT_LENGTH_MAX = 255;
  private static final List<String> TEXTS =
      List.of(
          "AgentName",
          "AgentVersion",
          "AvailabilityZone",
          "AvailabilityZoneId",
          "ComputerName",
          "IPAddress",
          "PlatformName",
          "PlatformVersion");

  private static final List<String> AUDITED =
      List.of("InstanceId", "AgentVersion", "AgentStatus", "ComputerName", "IPAddress");

  private final Account account;
  private final Nodes nodes;

  UpdateInstanceInformation(SessionParts parts) {
    super(TreeCodec.of(), false);
    this.account = parts.account();
    this.nodes = parts.store().nodes();
  }

  @Override
  public void validate(Map<String, Object> input) {
    Constraints constraints =
        Constraints.of()
            .member("instanceId", Trees.text(input, "InstanceId"))
            .required()
            .length(1, 124)
            .member("agentStatus", absentIfEmpty(Trees.text(input, "AgentStatus")))
            .oneOf(List.of("Active", "Inactive"))
            .member("platformType", absentIfEmpty(Trees.text(input, "PlatformType")))
            .oneOf(List.of("Windows", "Linux", "MacOS"))
            .member(
                "ssmConnectionChannel", absentIfEmpty(Trees.text(input, "SSMConnectionChannel")))
            .oneOf(List.of("ssmmessages", "ec2messages"));
    for (String member : TEXTS) {
      constraints
          .member(Trees.lowerCamel(member), Trees.text(input, member))
          .length(0, TEXT_LENGTH_MAX);
    }
    constraints.verify();
  }

  private static @Nullable String absentIfEmpty(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return Question.of(action(), account.nodeArn(Trees.required(input, "InstanceId")));
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    String instanceId = Trees.required(input, "InstanceId");
    requireOwn(call.permit().caller(), instanceId, action(), account);
    NodeRecord node =
        nodes
            .find(instanceId)
            .orElseThrow(() -> DeregisterManagedInstance.invalidInstanceId(instanceId));
    nodes.ping(instanceId, ping(input, call.now(), node.lastPing()));
    return Map.of();
  }

  /** A node speaks for itself only, whatever its role allows; nobody else speaks for nodes. */
  static void requireOwn(Caller caller, String instanceId, String action, Account account) {
    if (caller instanceof Caller.RoleSession session
        && session.instanceId().equals(Optional.of(instanceId))) {
      return;
    }
    throw new Fault(
        "AccessDeniedException",
        400,
        "User: "
            + caller.arn()
            + " is not authorized to perform: "
            + action
            + " on resource: "
            + account.nodeArn(instanceId)
            + " because only the node itself may");
  }

  private static Ping ping(Map<String, Object> input, Instant now, Optional<Ping> before) {
    return new Ping(
        now,
        member(input, "AgentName", before.map(Ping::agentName)),
        member(input, "AgentVersion", before.map(Ping::agentVersion)),
        member(input, "AgentStatus", before.map(Ping::agentStatus)),
        member(input, "ComputerName", before.map(Ping::computerName)),
        member(input, "IPAddress", before.map(Ping::ipAddress)),
        member(input, "PlatformName", before.map(Ping::platformName)),
        member(input, "PlatformType", before.map(Ping::platformType)),
        member(input, "PlatformVersion", before.map(Ping::platformVersion)),
        member(input, "SSMConnectionChannel", before.map(Ping::connectionChannel)));
  }

  private static String member(Map<String, Object> input, String name, Optional<String> before) {
    String text = Trees.text(input, name);
    return text == null ? before.orElse("") : text;
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    var parameters = new LinkedHashMap<String, Object>();
    for (String member : AUDITED) {
      String text = Trees.text(input, member);
      if (text != null) {
        parameters.put(Trees.lowerCamel(member), text);
      }
    }
    return parameters;
  }
}
