package dev.postern.client.api;

import dev.postern.aws.caller.JsonCaller;
import dev.postern.client.session.SessionCalls;
import dev.postern.client.session.SessionTicket;
import dev.postern.wire.SessionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operations of SSM that the programs of this module call (spec/aws-api.md 2.1, 2.2). A refusal
 * is a {@link dev.postern.aws.Fault}. Safe for use by many threads.
 */
public final class Ssm implements SessionCalls {
  /** A server that never stops paging is not followed for ever. */
  private static final int PAGES_MAX = 10_000;

  private static final int SESSIONS_PER_PAGE = 200;
  private static final int NODES_PER_PAGE = 50;

  private final JsonCaller caller;

  public Ssm(JsonCaller caller) {
    this.caller = caller;
  }

  /**
   * Starts a session.
   *
   * @param documentName null for the account's default shell
   * @param reason null for none
   */
  public SessionTicket startSession(
      String target,
      @Nullable String documentName,
      @Nullable String reason,
      Map<String, List<String>> parameters)
      throws IOException {
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("Target", target);
    if (documentName != null) {
      input.put("DocumentName", documentName);
    }
    if (reason != null) {
      input.put("Reason", reason);
    }
    if (!parameters.isEmpty()) {
      input.put("Parameters", parameters);
    }
    try {
      return SessionTicket.of(caller.call("StartSession", input));
    } catch (IllegalArgumentException senseless) {
      throw new IOException(senseless.getMessage(), senseless);
    }
  }

  @Override
  public @Nullable String resume(SessionId session) throws IOException {
    Map<String, Object> answer = caller.call("ResumeSession", Map.of("SessionId", session.value()));
    return answer.get("TokenValue") instanceof String token && !token.isEmpty() ? token : null;
  }

  @Override
  public void terminate(SessionId session) throws IOException {
    caller.call("TerminateSession", Map.of("SessionId", session.value()));
  }

  /**
   * All sessions in a state.
   *
   * @param state {@code Active} or {@code History}
   * @param filters by the API's keys
   */
  public List<Map<String, Object>> sessions(String state, Map<String, String> filters)
      throws IOException {
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("State", state);
    input.put("MaxResults", SESSIONS_PER_PAGE);
    if (!filters.isEmpty()) {
      List<Map<String, String>> list = new ArrayList<>();
      filters.forEach((key, value) -> list.add(Map.of("key", key, "value", value)));
      input.put("Filters", list);
    }
    return all("DescribeSessions", "Sessions", input);
  }

  /** All managed nodes. */
  public List<Map<String, Object>> nodes() throws IOException {
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("MaxResults", NODES_PER_PAGE);
    return all("DescribeInstanceInformation", "InstanceInformationList", input);
  }

  /** Whether a node's control channel is open now. */
  public boolean isConnected(String target) throws IOException {
    return "connected"
        .equals(caller.call("GetConnectionStatus", Map.of("Target", target)).get("Status"));
  }

  /** An activation for one machine; the code is a secret. */
  public Activation createActivation(String iamRole, String instanceName) throws IOException {
    return createActivation(iamRole, instanceName, 1);
  }

  /** An activation for as many machines as the limit says, 1 to 1000. */
  public Activation createActivation(String iamRole, String instanceName, int registrationLimit)
      throws IOException {
    Map<String, Object> answer =
        caller.call(
            "CreateActivation",
            Map.of(
                "IamRole",
                iamRole,
                "DefaultInstanceName",
                instanceName,
                "RegistrationLimit",
                registrationLimit));
    if (answer.get("ActivationId") instanceof String id
        && answer.get("ActivationCode") instanceof String code) {
      return new Activation(id, code);
    }
    throw new IOException("the answer of CreateActivation is incomplete");
  }

  /** What registers machines. The text form hides the code. */
  public record Activation(String id, String code) {
    @Override
    public String toString() {
      return "Activation[" + id + "]";
    }
  }

  private List<Map<String, Object>> all(String operation, String member, Map<String, Object> input)
      throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    for (int page = 0; page < PAGES_MAX; page++) {
      Map<String, Object> answer = caller.call(operation, input);
      all.addAll(objects(answer.get(member)));
      if (!(answer.get("NextToken") instanceof String token) || token.isEmpty()) {
        return all;
      }
      input.put("NextToken", token);
    }
    throw new IOException(operation + " has more than " + PAGES_MAX + " pages");
  }

  private static List<Map<String, Object>> objects(@Nullable Object list) {
    List<Map<String, Object>> objects = new ArrayList<>();
    if (list instanceof List<?> elements) {
      for (Object element : elements) {
        if (element instanceof Map<?, ?> members) {
          Map<String, Object> object = new LinkedHashMap<>();
          members.forEach((name, value) -> object.put((String) name, value));
          objects.add(object);
        }
      }
    }
    return objects;
  }
}
