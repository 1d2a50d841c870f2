package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.aws.PercentEncoding;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.PrincipalRecord;
import dev.postern.server.store.RoleDetail;
import dev.postern.server.store.Roles;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.RoleLastUsed;

/** Roles as operations take and show them (spec/aws-api.md 3.1). */
final class RoleShapes {
  private static final int DESCRIPTION_CHARACTERS_MAX = 1000;
  private static final int SESSION_SECONDS_MIN = 3600;
  private static final int SESSION_SECONDS_MAX = 43_200;

  /** Characters of a trust policy that are no white space (IAM quotas). */
  private static final int TRUST_CHARACTERS_MAX = 2048;

  private final IamArns arns;

  RoleShapes(IamArns arns) {
    this.arns = arns;
  }

  static Constraints description(Constraints constraints, @Nullable String description) {
    return constraints
        .member("description", description)
        .length(0, DESCRIPTION_CHARACTERS_MAX)
        .pattern(PolicyRules.TEXT_OR_NOTHING);
  }

  static Constraints maxSession(Constraints constraints, @Nullable Integer seconds) {
    return constraints
        .member("maxSessionDuration", seconds)
        .range(SESSION_SECONDS_MIN, SESSION_SECONDS_MAX);
  }

  static Duration duration(@Nullable Integer seconds) {
    return Duration.ofSeconds(seconds == null ? SESSION_SECONDS_MIN : seconds);
  }

  /** Refuses a document that is no trust policy or too long. */
  Roles.Trust trust(String document) {
    try {
      PolicyDocument policy = PolicyDocument.parse(document, PolicyDocument.Kind.TRUST);
      if (policy.characters() > TRUST_CHARACTERS_MAX) {
        throw new Fault(
            "LimitExceeded",
            409,
            "Cannot exceed quota for ACLSizePerRole: " + TRUST_CHARACTERS_MAX);
      }
      return new Roles.Trust(document, own(policy));
    } catch (MalformedPolicyException malformed) {
      throw new Fault("MalformedPolicyDocument", 400, String.valueOf(malformed.getMessage()));
    }
  }

  /** Whether a principal of another account exists cannot be known here. */
  private List<String> own(PolicyDocument policy) {
    String account = "::" + arns.accountId() + ":";
    return policy.principalArns().stream().filter(arn -> arn.contains(account)).toList();
  }

  static Fault unknownPrincipal(String arn) {
    return new Fault(
        "MalformedPolicyDocument", 400, "Invalid principal in policy: \"AWS\":\"" + arn + "\"");
  }

  /** Without boundary, tags and last use, as lists show it. */
  Role listed(RoleDetail role) {
    PrincipalRecord principal = role.principal();
    return Role.builder()
        .path(principal.path())
        .roleName(principal.name())
        .roleId(principal.id())
        .arn(arns.role(principal.path(), principal.name()))
        .createDate(principal.createdDate())
        .assumeRolePolicyDocument(PercentEncoding.encode(role.trustPolicy()))
        .description(role.description().orElse(null))
        .maxSessionDuration((int) role.maxSessionDuration().toSeconds())
        .build();
  }

  /** As CreateRole and UpdateRoleDescription show it: with boundary and tags. */
  Role made(RoleDetail role) {
    PrincipalRecord principal = role.principal();
    return listed(role)
        .copy(shown ->
            shown
                .permissionsBoundary(PolicyShapes.boundary(principal.boundary()))
                .tags(principal.tags().isEmpty() ? null : PolicyTags.shown(principal.tags())));
  }

  /** With everything; a role that was never used has an empty last use. */
  Role full(RoleDetail role) {
    RoleLastUsed lastUse =
        role.lastUse()
            .map(
                use -> RoleLastUsed.builder().lastUsedDate(use.time()).region(use.region()).build())
            .orElseGet(() -> RoleLastUsed.builder().build());
    return made(role).copy(shown -> shown.roleLastUsed(lastUse));
  }
}
