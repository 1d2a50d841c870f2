package dev.postern.server.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.aws.Action;
import dev.postern.aws.Arn;
import dev.postern.aws.Timestamps;
import dev.postern.server.access.policy.AttachedPolicy;
import dev.postern.server.access.policy.Evaluator;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.PolicyRequest;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.ResourceSide;
import dev.postern.server.access.policy.SourceType;
import dev.postern.server.access.policy.Verdict;
import dev.postern.server.store.Store;
import dev.postern.server.store.TrustedRole;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Who may assume a role: its trust policy, as the policy of the resource that the role is
 * (spec/aws-api.md 4.1, 4.5). Read anew for each decision, compiled once for each text. Safe for
 * use by many threads.
 *
 * <p>A caller is decided by {@link Gate}, which takes the role's side with the question: a trust
 * policy that names the caller suffices, one that names the account leaves it to the caller's own
 * policies, and nobody gets in whom it does not let in.
 */
public final class RoleTrust {
  private static final Action ASSUME = new Action("sts", "AssumeRole");
  private static final String ROLE = "role/";

  /** Compiled texts that are kept. */
  private static final int COMPILED_MAX = 1_000;

  private final Store store;
  private final PrincipalNames names;
  private final Cache<Text, PolicyDocument> compiled =
      Caffeine.newBuilder().maximumSize(COMPILED_MAX).build();

  private record Text(String policy, Map<String, String> ids) {}

  public RoleTrust(Store store, PrincipalNames names) {
    this.store = store;
    this.names = names;
  }

  /** The role that has exactly this ARN, path included. */
  public Optional<TrustedRole> find(String roleArn) {
    if (!Arn.isValid(roleArn)) {
      return Optional.empty();
    }
    String resource = Arn.parse(roleArn).resource();
    if (!resource.startsWith(ROLE)) {
      return Optional.empty();
    }
    return store
        .roleTrusts()
        .find(resource.substring(resource.lastIndexOf('/') + 1))
        .filter(role -> names.role(role.path(), role.name()).equals(roleArn));
  }

  /**
   * What a role says about who may assume it. A role that does not exist lets nobody in, so that a
   * question about it is answered like one about a role that trusts nobody.
   */
  public ResourceSide side(Optional<TrustedRole> role) {
    return new ResourceSide(role.map(this::policy), names.accountId(), true);
  }

  private AttachedPolicy policy(TrustedRole role) {
    return new AttachedPolicy(
        "the trust policy of role " + role.name(),
        SourceType.RESOURCE,
        compiled.get(new Text(role.trustPolicy(), role.trustIds()), RoleTrust::parse));
  }

  /** Texts were checked when they were stored. */
  private static PolicyDocument parse(Text text) {
    try {
      return PolicyDocument.parse(text.policy(), PolicyDocument.Kind.TRUST, text.ids());
    } catch (MalformedPolicyException damaged) {
      throw new IllegalStateException("a stored trust policy is malformed", damaged);
    }
  }

  /**
   * Whether a service may assume a role for a resource of this account.
   *
   * @param roleName without a path
   * @param service such as {@code ssm.amazonaws.com}
   * @param sourceArn the resource that the service acts for: what {@code aws:SourceArn} is
   */
  public boolean admitsService(String roleName, String service, String sourceArn, Instant now) {
    Optional<TrustedRole> role = store.roleTrusts().find(roleName);
    if (role.isEmpty()) {
      return false;
    }
    RequestContext keys =
        RequestContext.builder()
            .put("aws:SourceArn", sourceArn)
            .put("aws:SourceAccount", names.accountId())
            .put("aws:PrincipalIsAWSService", "true")
            .put("aws:PrincipalServiceName", service)
            .put("aws:CurrentTime", Timestamps.iso8601(now))
            .put("aws:EpochTime", String.valueOf(now.getEpochSecond()))
            .put("aws:RequestedRegion", names.region())
            .build();
    PolicyRequest request =
        new PolicyRequest(
            new PolicyPrincipal.Service(service),
            ASSUME,
            names.role(role.get().path(), role.get().name()),
            keys);
    return Evaluator.evaluate(PolicySet.EMPTY.withResource(side(role)), request)
        instanceof Verdict.Allowed;
  }
}
