package dev.postern.server.access;

import dev.postern.aws.Fault;
import dev.postern.server.store.RoleRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.UserRecord;
import java.util.List;
import java.util.Map;

/**
 * The one door: every call, and every signed WebSocket, is decided here. Safe for use by many
 * threads; reads the principal's policies anew for each decision.
 *
 * <p>What policies say is so far limited to two of AWS's managed policies; whatever they do not
 * allow is denied.
 */
public final class Gate {
  private final Store store;

  public Gate(Store store) {
    this.store = store;
  }

  /**
   * Decides.
   *
   * @param context the call's condition keys; an absent key is absent, not empty
   */
  public Decision decide(Caller caller, Question question, Map<String, List<String>> context) {
    boolean allowed =
        switch (question.credentials()) {
          case NONE -> true;
          case NODE_KEY -> caller instanceof Caller.NodeKey;
          case ANY_ACCESS_KEY -> hasAccessKey(caller);
          case ACCESS_KEY -> policiesAllow(caller, question.action());
        };
    return allowed
        ? new Decision.Allowed(new Permit(caller, question.action(), question.resources()))
        : new Decision.Denied(question.action(), firstResource(question), false);
  }

  private static boolean hasAccessKey(Caller caller) {
    return switch (caller) {
      case Caller.User _, Caller.RoleSession _ -> true;
      case Caller.NodeKey _, Caller.Anonymous _ -> false;
    };
  }

  private boolean policiesAllow(Caller caller, String action) {
    List<String> attached =
        switch (caller) {
          case Caller.User user ->
              store
                  .principals()
                  .findUser(user.name())
                  .map(UserRecord::attachedPolicies)
                  .orElse(List.of());
          case Caller.RoleSession session ->
              store
                  .principals()
                  .findRole(session.roleName())
                  .map(RoleRecord::attachedPolicies)
                  .orElse(List.of());
          case Caller.NodeKey _, Caller.Anonymous _ -> List.of();
        };
    return attached.stream()
        .flatMap(arn -> ManagedPolicy.of(arn).stream())
        .anyMatch(policy -> policy.allows(action));
  }

  private static String firstResource(Question question) {
    return question.resources().isEmpty() ? "*" : question.resources().getFirst();
  }

  /** The permit, or AWS's refusal. */
  public Permit permit(Caller caller, Question question, Map<String, List<String>> context) {
    return switch (decide(caller, question, context)) {
      case Decision.Allowed(Permit permit) -> permit;
      case Decision.Denied denied -> throw refusal(caller, denied);
    };
  }

  private static Fault refusal(Caller caller, Decision.Denied denied) {
    String reason =
        denied.explicit()
            ? " with an explicit deny in an identity-based policy"
            : " because no identity-based policy allows the " + denied.action() + " action";
    return new Fault(
        "AccessDeniedException",
        400,
        "User: "
            + (caller.arn().isEmpty() ? "anonymous" : caller.arn())
            + " is not authorized to perform: "
            + denied.action()
            + " on resource: "
            + denied.resource()
            + reason);
  }
}
