package dev.postern.server.access.policy;

import dev.postern.aws.Action;
import dev.postern.server.access.policy.PrincipalElement.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides requests by the algorithm of spec/aws-api.md 4.1. */
public final class Evaluator {
  private static final Layer[] LAYERS = Layer.values();
  private static final String DOCUMENT = "document/";

  private Evaluator() {}

  /** Same policies and same request, same verdict. */
  public static Verdict evaluate(PolicySet set, PolicyRequest request) {
    for (Layer layer : LAYERS) {
      Verdict.Match deny = find(set, layer, Effect.DENY, request, Reach.ACCOUNT);
      if (deny != null) {
        return new Verdict.ExplicitDeny(deny);
      }
    }
    return switch (request.principal()) {
      case PolicyPrincipal.Root root when ownsResource(set, root.accountId()) ->
          new Verdict.Allowed(List.of());
      case PolicyPrincipal.Root _ -> decideByResource(set, request);
      case PolicyPrincipal.Service _, PolicyPrincipal.Federated _, PolicyPrincipal.Anonymous _ ->
          decideByResource(set, request);
      case PolicyPrincipal.User user -> decide(set, request, user.accountId());
      case PolicyPrincipal.RoleSession session -> decide(set, request, session.accountId());
      case PolicyPrincipal.FederatedUser user -> decide(set, request, user.accountId());
    };
  }

  private static boolean ownsResource(PolicySet set, String account) {
    return set.resource().isEmpty() || set.resource().get().ownerAccount().equals(account);
  }

  /** For callers that have no policies of their own, or whom theirs do not limit. */
  private static Verdict decideByResource(PolicySet set, PolicyRequest request) {
    Verdict.Match allow = find(set, Layer.RESOURCE, Effect.ALLOW, request, Reach.ACCOUNT);
    return allow == null
        ? new Verdict.ImplicitDeny(Layer.RESOURCE)
        : new Verdict.Allowed(List.of(allow));
  }

  private static Verdict decide(PolicySet set, PolicyRequest request, String account) {
    boolean own = ownsResource(set, account);
    Verdict.Match direct = find(set, Layer.RESOURCE, Effect.ALLOW, request, Reach.CALLER);
    List<Verdict.Match> allows = new ArrayList<>(LAYERS.length);
    boolean identityNeeded = direct == null || !own;
    for (Layer layer : LAYERS) {
      if (layer == Layer.RESOURCE
          || (layer == Layer.IDENTITY ? !identityNeeded : set.of(layer).isEmpty())) {
        continue;
      }
      Verdict.Match allow = find(set, layer, Effect.ALLOW, request, Reach.CALLER);
      if (allow == null) {
        return new Verdict.ImplicitDeny(layer);
      }
      allows.add(allow);
    }
    Verdict.Match resource =
        direct == null ? find(set, Layer.RESOURCE, Effect.ALLOW, request, Reach.ACCOUNT) : direct;
    if (resource != null) {
      allows.add(resource);
    } else if (!own || set.resource().map(ResourceSide::requireAllow).orElse(false)) {
      return new Verdict.ImplicitDeny(Layer.RESOURCE);
    }
    return new Verdict.Allowed(List.copyOf(allows));
  }

  /** The first statement of a layer that matches and reaches the caller at least that far. */
  private static Verdict.@Nullable Match find(
      PolicySet set, Layer layer, Effect effect, PolicyRequest request, Reach least) {
    List<AttachedPolicy> policies = set.of(layer);
    EquivalentAccounts accounts = set.accountsOf(layer);
    for (int i = 0; i < policies.size(); i++) {
      AttachedPolicy policy = policies.get(i);
      for (Statement statement : policy.document().index(effect).of(request)) {
        if (statement.matchOfAction(request, accounts).compareTo(least) >= 0) {
          return new Verdict.Match(layer, policy, statement);
        }
      }
    }
    return null;
  }

  /**
   * All statements of either effect that match, in the order of layers and texts: MatchedStatements
   * of SimulatePrincipalPolicy. Slower than a decision.
   */
  public static List<Verdict.Match> matchingStatements(PolicySet set, PolicyRequest request) {
    List<Verdict.Match> matches = new ArrayList<>();
    for (Layer layer : LAYERS) {
      for (AttachedPolicy policy : set.of(layer)) {
        for (Statement statement : policy.document().statements()) {
          if (statement.match(request, set.accountsOf(layer)) != Reach.NONE) {
            matches.add(new Verdict.Match(layer, policy, statement));
          }
        }
      }
    }
    return List.copyOf(matches);
  }

  /**
   * Whether an Allow of the identity policies for this action lists a document among its resources
   * (spec/aws-api.md 4.7). A bare {@code *} lists none; conditions are not looked at.
   */
  public static boolean namesDocument(PolicySet set, Action action) {
    var request =
        new PolicyRequest(
            new PolicyPrincipal.Anonymous(),
            action,
            PolicyRequest.NO_RESOURCE,
            RequestContext.EMPTY);
    return set.identity().stream()
        .flatMap(policy -> policy.document().statements().stream())
        .filter(statement -> statement.effect() == Effect.ALLOW)
        .anyMatch(statement ->
            statement.actions().matches(request) && statement.resources().namesResource(DOCUMENT));
  }

  /** Decides, and says what an allow came nearest with. Slower than a decision. */
  public static Explanation explain(PolicySet set, PolicyRequest request) {
    Verdict verdict = evaluate(set, request);
    Optional<NearMiss> nearest =
        verdict instanceof Verdict.ImplicitDeny(Layer layer)
            ? NearestStatement.find(set, layer, request)
            : Optional.empty();
    return new Explanation(request, verdict, nearest);
  }
}
