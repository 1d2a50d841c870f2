package dev.postern.server.service.sts;

import dev.postern.aws.Fault;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.Question;
import dev.postern.server.access.RoleTrust;
import dev.postern.server.access.policy.ResourceSide;
import dev.postern.server.service.Call;
import dev.postern.server.store.AccessKeyRecord.Principal;
import dev.postern.server.store.AccessKeys;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.TrustedRole;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Makes sessions of roles for callers that were permitted. Safe for use by many threads. */
final class RoleSessions {
  private final RoleTrust trust;
  private final AccessKeys keys;
  private final PrincipalNames names;

  RoleSessions(StsParts parts) {
    this.trust = parts.trust();
    this.keys = parts.store().accessKeys();
    this.names = parts.names();
  }

  /**
   * The role that the permit is about, if its trust policy is still the one that was decided by.
   */
  TrustedRole permitted(Call call) {
    Question.Check check = call.permit().question().checks().getFirst();
    Optional<TrustedRole> role = trust.find(check.resource());
    Optional<ResourceSide> now = Optional.of(trust.side(role));
    if (role.isEmpty() || !now.equals(check.side())) {
      throw gone(call);
    }
    return role.get();
  }

  /** What the role was a moment ago cannot be relied upon; so it is told like any denial. */
  private static Fault gone(Call call) {
    String caller = call.permit().caller().arn();
    String action = call.permit().action();
    return new Fault(
        "AccessDenied",
        403,
        caller.isEmpty()
            ? "Not authorized to perform " + action
            : "User: %s is not authorized to perform: %s on resource: %s"
                .formatted(caller, action, call.permit().resources().getFirst()));
  }

  IssuedKey issue(
      Call call, TrustedRole role, String sessionName, SessionContext context, Duration lifetime) {
    return keys.issueTo(
            new Principal.RoleSession(role.name(), sessionName, Optional.empty()),
            role.roleId(),
            context,
            lifetime)
        .orElseThrow(() -> gone(call));
  }

  AssumedRoleUser user(TrustedRole role, String sessionName) {
    return AssumedRoleUser.builder()
        .assumedRoleId(role.roleId() + ":" + sessionName)
        .arn(names.roleSession(role.name(), sessionName))
        .build();
  }

  static Credentials credentials(IssuedKey key) {
    return Credentials.builder()
        .accessKeyId(key.accessKeyId())
        .secretAccessKey(key.secretAccessKey())
        .sessionToken(key.sessionToken())
        .expiration(key.expiration())
        .build();
  }
}
