package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.aws.Timestamps;
import dev.postern.aws.json.Json;
import dev.postern.server.access.Caller;
import dev.postern.server.store.AuditLog;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Writes CloudTrail records (spec/aws-api.md 3.7) to the audit log. Safe for use by many threads. A
 * record is durable when {@link #append} returns.
 */
final class AuditTrail {
  /** As CloudTrail does, a longer input or output is left out and its size told. */
  static final int TREE_BYTES_MAX = 100_000;

  private static final String EVENT_VERSION = "1.11";
  private static final int MESSAGE_CHARACTERS_MAX = 4096;
  private static final Pattern OPERATION_NAME = Pattern.compile("[A-Za-z0-9]{1,128}");

  private final AuditLog log;
  private final String accountId;
  private final String region;

  AuditTrail(AuditLog log, String accountId, String region) {
    this.log = log;
    this.accountId = accountId;
    this.region = region;
  }

  /** Throws when the record is not durable: then the answer must not leave. */
  void append(CallReport report) {
    log.append(Json.writeString(record(report)));
  }

  /**
   * Of something that the service did by itself; durable when this returns.
   *
   * @param details CloudTrail's {@code serviceEventDetails}
   */
  void appendServiceEvent(
      String service, String eventName, Map<String, Object> details, Instant time) {
    var event = new LinkedHashMap<String, Object>();
    event.put("eventVersion", EVENT_VERSION);
    event.put(
        "userIdentity", Map.of("accountId", accountId, "invokedBy", service + ".amazonaws.com"));
    event.put("eventTime", Timestamps.iso8601(time));
    event.put("eventSource", service + ".amazonaws.com");
    event.put("eventName", eventName);
    event.put("awsRegion", region);
    event.put("sourceIPAddress", service + ".amazonaws.com");
    event.put("userAgent", service + ".amazonaws.com");
    event.put("eventID", UUID.randomUUID().toString());
    event.put("readOnly", false);
    event.put("eventType", "AwsServiceEvent");
    event.put("managementEvent", true);
    event.put("recipientAccountId", accountId);
    event.put("serviceEventDetails", details);
    event.put("eventCategory", "Management");
    log.append(Json.writeString(event));
  }

  private Map<String, Object> record(CallReport report) {
    Arrival arrival = report.arrival();
    var event = new LinkedHashMap<String, Object>();
    event.put("eventVersion", EVENT_VERSION);
    event.put("userIdentity", identity(report.caller()));
    event.put("eventTime", Timestamps.iso8601(arrival.now()));
    event.put("eventSource", report.service() + ".amazonaws.com");
    event.put("eventName", eventName(report.operationName()));
    event.put("awsRegion", region);
    event.put("sourceIPAddress", arrival.sourceAddress());
    event.put("userAgent", arrival.userAgent());
    report
        .fault()
        .ifPresent(fault -> {
          event.put("errorCode", errorCode(fault));
          event.put("errorMessage", cut(fault.message()));
        });
    putTree(event, "requestParameters", report.parameters());
    putTree(event, "responseElements", report.elements());
    event.put("requestID", arrival.requestId());
    event.put("eventID", UUID.randomUUID().toString());
    event.put("readOnly", report.readOnly());
    event.put("eventType", "AwsApiCall");
    event.put("managementEvent", true);
    event.put("recipientAccountId", accountId);
    event.put("eventCategory", "Management");
    return event;
  }

  /** CloudTrail calls a refusal by policy {@code AccessDenied} whatever the protocol says. */
  private static String errorCode(Fault fault) {
    return fault.code().equals("AccessDeniedException") ? "AccessDenied" : fault.code();
  }

  private static String cut(String message) {
    return message.length() <= MESSAGE_CHARACTERS_MAX
        ? message
        : message.substring(0, MESSAGE_CHARACTERS_MAX);
  }

  private static String eventName(String operationName) {
    return OPERATION_NAME.matcher(operationName).matches() ? operationName : "Unknown";
  }

  private static void putTree(Map<String, Object> event, String name, Map<String, Object> tree) {
    if (tree.isEmpty()) {
      return;
    }
    Object shown = withTexts(tree);
    int size = Json.write(shown).length;
    event.put(
        name,
        size <= TREE_BYTES_MAX
            ? shown
            : Map.of(
                "omitted", true, "originalSize", size, "reason", name + " exceeds maximum size"));
  }

  /** Times are texts in audit events, not numbers. */
  private static Object withTexts(Object tree) {
    return switch (tree) {
      case Instant time -> Timestamps.iso8601(time);
      case Map<?, ?> members -> {
        var shown = new LinkedHashMap<String, Object>();
        members.forEach((name, value) -> shown.put(String.valueOf(name), withTexts(value)));
        yield shown;
      }
      case List<?> elements -> elements.stream().map(AuditTrail::withTexts).toList();
      default -> tree;
    };
  }

  private Map<String, Object> identity(Caller caller) {
    var identity = new LinkedHashMap<String, Object>();
    switch (caller) {
      case Caller.User user -> {
        putPrincipal(identity, "IAMUser", user);
        identity.put("accessKeyId", user.keyId());
        identity.put("userName", user.name());
        user.temporary()
            .ifPresent(temporary ->
                identity.put("sessionContext", Map.of("attributes", attributes(temporary))));
      }
      case Caller.RoleSession session -> {
        putPrincipal(identity, "AssumedRole", session);
        identity.put("accessKeyId", session.keyId());
        identity.put("sessionContext", sessionContext(session));
      }
      case Caller.NodeKey node -> putPrincipal(identity, "Unknown", node);
      case Caller.Anonymous _ -> {
        identity.put("type", "AWSAccount");
        identity.put("principalId", "");
        identity.put("accountId", "ANONYMOUS_PRINCIPAL");
      }
    }
    return identity;
  }

  private void putPrincipal(Map<String, Object> identity, String type, Caller caller) {
    identity.put("type", type);
    identity.put("principalId", caller.userId());
    identity.put("arn", caller.arn());
    identity.put("accountId", accountId);
  }

  private Map<String, Object> sessionContext(Caller.RoleSession session) {
    int colon = session.userId().indexOf(':');
    var issuer = new LinkedHashMap<String, Object>();
    issuer.put("type", "Role");
    issuer.put("principalId", session.userId().substring(0, Math.max(colon, 0)));
    issuer.put("arn", session.roleArn());
    issuer.put("accountId", accountId);
    issuer.put("userName", session.roleName());
    var context = new LinkedHashMap<String, Object>();
    context.put("sessionIssuer", issuer);
    context.put(
        "attributes",
        session
            .temporary()
            .map(AuditTrail::attributes)
            .orElse(Map.of("mfaAuthenticated", "false")));
    session
        .temporary()
        .flatMap(temporary -> temporary.context().sourceIdentity())
        .ifPresent(identity -> context.put("sourceIdentity", identity));
    return context;
  }

  private static Map<String, Object> attributes(Caller.Temporary temporary) {
    return Map.of(
        "creationDate",
        Timestamps.iso8601(temporary.issuedAt()),
        "mfaAuthenticated",
        String.valueOf(temporary.context().mfaAt().isPresent()));
  }
}
