package dev.postern.server.access;

import dev.postern.server.access.policy.Layer;
import dev.postern.server.access.policy.Verdict;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.Grants;
import dev.postern.server.store.Store;
import java.util.Optional;

/**
 * Asks again whether what was permitted is still permitted (design.md decision 17). Safe for use by
 * many threads.
 *
 * <p>A right is lost when the principal or its key is gone, when the policies of now deny what was
 * asked then, or when they no longer allow it. The condition keys are those of then: neither the
 * hour nor the expiry of temporary credentials takes a right away.
 */
public final class StandingPermits {
  private final Gate gate;
  private final Store store;

  public StandingPermits(Gate gate, Store store) {
    this.gate = gate;
    this.store = store;
  }

  /** The permit as text, to be kept beside what it permitted. */
  public static String record(Permit permit) {
    return StandingPermit.of(permit).toJson();
  }

  /**
   * Why the right is lost, for people and the audit event; empty while it stands.
   *
   * @param recorded what {@link #record} gave
   */
  public Optional<String> lost(String recorded) {
    StandingPermit permit = StandingPermit.parse(recorded);
    return principalGone(permit.caller())
        .or(() -> keyGone(permit.caller()))
        .or(() -> denied(permit));
  }

  /** One made anew under the same name is another principal. */
  private Optional<String> principalGone(Caller caller) {
    return switch (caller) {
      case Caller.User user ->
          isSame(store.grants().ofUser(user.name()), user.userId())
              ? Optional.empty()
              : Optional.of("the user " + user.name() + " was deleted");
      case Caller.RoleSession session ->
          isSame(store.grants().ofRole(session.roleName()), session.userId().split(":", 2)[0])
              ? Optional.empty()
              : Optional.of("the role " + session.roleName() + " was deleted");
      case Caller.NodeKey _, Caller.Anonymous _ -> Optional.of("nobody was permitted");
    };
  }

  private static boolean isSame(Optional<Grants.Granted> now, String id) {
    return now.isPresent() && now.get().id().equals(id);
  }

  /** Temporary keys are forgotten when they expire, which ends nothing. */
  private Optional<String> keyGone(Caller caller) {
    if (caller.temporary().isPresent() || caller.accessKeyId().isEmpty()) {
      return Optional.empty();
    }
    String keyId = caller.accessKeyId().get();
    Optional<AccessKeyRecord> key = store.accessKeys().find(keyId);
    if (key.isEmpty()) {
      return Optional.of("the access key " + keyId + " was deleted");
    }
    return key.get().active()
        ? Optional.empty()
        : Optional.of("the access key " + keyId + " was made inactive");
  }

  private Optional<String> denied(StandingPermit permit) {
    Decision decision = gate.decide(permit.caller(), permit.question(), permit.keys());
    return decision instanceof Decision.Denied denied
        ? Optional.of(reason(denied))
        : Optional.empty();
  }

  private static String reason(Decision.Denied denied) {
    String what = denied.action() + " on " + denied.resource();
    return switch (denied.verdict()) {
      case Verdict.ExplicitDeny(Verdict.Match match) ->
          what + " is denied by " + match.policy().sourceId();
      case Verdict.ImplicitDeny(Layer layer) ->
          what + " is no longer allowed by any " + layer.title();
      case Verdict.Allowed _ -> throw new IllegalStateException("no denial");
    };
  }
}
