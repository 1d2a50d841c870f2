package dev.postern.server.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.aws.Timestamps;
import dev.postern.server.access.policy.AttachedPolicy;
import dev.postern.server.access.policy.EquivalentAccounts;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.SourceType;
import dev.postern.server.store.GrantedPolicy;
import dev.postern.server.store.Grants;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.SessionContext;
import dev.postern.server.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What policies and condition keys a caller has right now: asked of the store for each decision,
 * compiled once for each text. Safe for use by many threads.
 */
public final class PolicySets {
  /** Compiled texts that are kept; a server with more of them compiles some again. */
  private static final int COMPILED_MAX = 5_000;

  private final Store store;
  private final PrincipalNames names;
  private final EquivalentAccounts accounts;
  private final Cache<String, PolicyDocument> compiled =
      Caffeine.newBuilder().maximumSize(COMPILED_MAX).build();

  /**
   * @param equivalents account numbers that count as ours in the resources of identity policies
   */
  public PolicySets(Store store, PrincipalNames names, Set<String> equivalents) {
    this.store = store;
    this.names = names;
    this.accounts = new EquivalentAccounts(names.accountId(), equivalents);
  }

  /**
   * What a caller has at one moment.
   *
   * @param policies all that speaks for or limits it; none for one without credentials
   * @param context the condition keys that follow from it
   */
  public record Held(PolicySet policies, RequestContext context) {}

  /** What it is now, policies and tags of one moment. */
  public Held of(Caller caller) {
    Optional<Grants.Granted> granted = granted(caller);
    return new Held(
        policies(caller, granted),
        context(caller, granted.map(Grants.Granted::tags).orElse(Map.of())));
  }

  private PolicySet policies(Caller caller, Optional<Grants.Granted> granted) {
    if (granted.isEmpty()) {
      return PolicySet.EMPTY;
    }
    PolicySet set = PolicySet.ofIdentity(attached(granted.get().policies())).withAccounts(accounts);
    Optional<GrantedPolicy> boundary = granted.get().boundary();
    if (boundary.isPresent()) {
      set = set.withBoundary(attached(boundary.get()));
    }
    List<AttachedPolicy> session =
        caller.temporary().map(temporary -> session(caller, temporary.context())).orElse(List.of());
    return session.isEmpty() ? set : set.withSession(session);
  }

  private Optional<Grants.Granted> granted(Caller caller) {
    return switch (caller) {
      case Caller.User user -> store.grants().ofUser(user.name());
      case Caller.RoleSession session -> store.grants().ofRole(session.roleName());
      case Caller.NodeKey _, Caller.Anonymous _ -> Optional.empty();
    };
  }

  private List<AttachedPolicy> session(Caller caller, SessionContext context) {
    List<AttachedPolicy> policies = new ArrayList<>();
    context
        .policy()
        .ifPresent(text ->
            policies.add(
                new AttachedPolicy("the session's policy", SourceType.NONE, compile(text))));
    for (String arn : context.policyArns()) {
      policies.add(attached(store.grants().managed(IamEntity.ROLE, caller.sessionName(), arn)));
    }
    return policies;
  }

  private List<AttachedPolicy> attached(List<GrantedPolicy> policies) {
    return policies.stream().map(this::attached).toList();
  }

  /** A managed policy that is gone allows nothing. */
  private AttachedPolicy attached(GrantedPolicy policy) {
    if (policy.document().isPresent()) {
      return new AttachedPolicy(
          sourceId(policy), sourceType(policy), compile(policy.document().get()));
    }
    return ManagedPolicies.find(policy.name())
        .map(ours -> new AttachedPolicy(ours.arn(), SourceType.AWS_MANAGED, ours.policy()))
        .orElseGet(() -> new AttachedPolicy(policy.name(), SourceType.NONE, compile(NOTHING)));
  }

  /** Denies nothing and allows nothing. */
  private static final String NOTHING =
      """
      {"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"none:None","Resource":"arn:aws:none:::none"}]}
      """;

  private static String sourceId(GrantedPolicy policy) {
    return policy.isManaged()
        ? policy.name()
        : "policy " + policy.name() + " of " + kind(policy.source()) + " " + policy.sourceName();
  }

  private static String kind(IamEntity source) {
    return switch (source) {
      case USER -> "user";
      case GROUP -> "group";
      default -> "role";
    };
  }

  private static SourceType sourceType(GrantedPolicy policy) {
    if (policy.isManaged()) {
      return SourceType.USER_MANAGED;
    }
    return switch (policy.source()) {
      case USER -> SourceType.USER;
      case GROUP -> SourceType.GROUP;
      default -> SourceType.ROLE;
    };
  }

  private PolicyDocument compile(String text) {
    return compiled.get(text, PolicySets::parse);
  }

  /** Texts were checked when they were stored. */
  private static PolicyDocument parse(String text) {
    try {
      return PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY);
    } catch (MalformedPolicyException damaged) {
      throw new IllegalStateException("a stored policy is malformed", damaged);
    }
  }

  /** How policies see a caller. */
  public PolicyPrincipal principal(Caller caller) {
    return switch (caller) {
      case Caller.User user ->
          new PolicyPrincipal.User(user.arn(), names.accountId(), user.userId());
      case Caller.RoleSession session ->
          new PolicyPrincipal.RoleSession(
              session.arn(),
              session.roleArn(),
              names.accountId(),
              session.userId().split(":", 2)[0]);
      case Caller.NodeKey _, Caller.Anonymous _ -> new PolicyPrincipal.Anonymous();
    };
  }

  /** The condition keys that follow from the caller (spec/aws-api.md 4.3, 4.6). */
  private RequestContext context(Caller caller, Map<String, String> ownTags) {
    RequestContext.Builder keys = RequestContext.builder();
    switch (caller) {
      case Caller.User user -> {
        keys.put("aws:username", user.name());
        keys.put("aws:PrincipalType", "User");
        keys.put("aws:PrincipalArn", user.arn());
      }
      case Caller.RoleSession session -> {
        keys.put("aws:PrincipalType", "AssumedRole");
        keys.put("aws:PrincipalArn", session.roleArn());
      }
      case Caller.NodeKey _, Caller.Anonymous _ -> {
        return RequestContext.EMPTY;
      }
    }
    keys.put("aws:userid", caller.userId());
    keys.put("aws:PrincipalAccount", names.accountId());
    caller.temporary().ifPresent(temporary -> put(keys, temporary));
    PrincipalTags.of(caller, ownTags)
        .forEach((key, value) -> keys.put("aws:PrincipalTag/" + key, value));
    return keys.build();
  }

  private static void put(RequestContext.Builder keys, Caller.Temporary temporary) {
    SessionContext context = temporary.context();
    keys.put("aws:TokenIssueTime", Timestamps.iso8601(temporary.issuedAt()));
    keys.put("aws:MultiFactorAuthPresent", String.valueOf(context.mfaAt().isPresent()));
    context.sourceIdentity().ifPresent(identity -> keys.put("aws:SourceIdentity", identity));
    context.federated().forEach(keys::put);
  }
}
