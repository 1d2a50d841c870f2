package dev.postern.server.access.policy;

import dev.postern.server.access.policy.PrincipalElement.Reach;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks among the Allow statements of a layer for the one that came nearest: the right action
 * counts more than any resource, the right resource more than a principal, that more than any
 * conditions. Of equals the first in the text is taken.
 */
final class NearestStatement {
  private static final int ACTION = 10;
  private static final int RESOURCE = 100;
  private static final int PRINCIPAL = 1_000;
  private static final int CONDITIONS = 100_000;

  private NearestStatement() {}

  static Optional<NearMiss> find(PolicySet set, Layer layer, PolicyRequest request) {
    EquivalentAccounts accounts = set.accountsOf(layer);
    Verdict.Match nearest = null;
    int best = 0;
    for (AttachedPolicy policy : set.of(layer)) {
      for (Statement statement : policy.document().statements()) {
        int score = statement.effect() == Effect.ALLOW ? score(statement, request, accounts) : 0;
        if (score > best) {
          best = score;
          nearest = new Verdict.Match(layer, policy, statement);
        }
      }
    }
    return nearest == null
        ? Optional.empty()
        : Optional.of(new NearMiss(nearest, mismatches(nearest.statement(), request, accounts)));
  }

  private static int score(
      Statement statement, PolicyRequest request, EquivalentAccounts accounts) {
    if (!statement.actions().matches(request)) {
      Optional<Set<String>> services = statement.actions().services();
      return services.isPresent() && services.get().contains(request.service()) ? 1 : 0;
    }
    if (!statement.resources().matches(request, accounts)) {
      return ACTION + statement.resources().matchingParts(request, accounts);
    }
    if (statement.reach(request.principal()) == Reach.NONE) {
      return RESOURCE;
    }
    int failing = failing(statement.conditions(), request).size();
    return failing == 0 ? CONDITIONS : Math.max(PRINCIPAL, CONDITIONS - failing);
  }

  private static List<Condition> failing(List<Condition> conditions, PolicyRequest request) {
    return conditions.stream().filter(condition -> !condition.holds(request.context())).toList();
  }

  private static List<Mismatch> mismatches(
      Statement statement, PolicyRequest request, EquivalentAccounts accounts) {
    ActionElement actions = statement.actions();
    if (!actions.matches(request)) {
      return List.of(
          new Mismatch.ByAction(actions.negated(), actions.sources(), request.action().toString()));
    }
    ResourceElement resources = statement.resources();
    if (!resources.matches(request, accounts)) {
      return List.of(
          new Mismatch.ByResource(resources.negated(), resources.sources(), request.resource()));
    }
    PrincipalElement principals = statement.principals();
    if (principals != null && statement.reach(request.principal()) == Reach.NONE) {
      return List.of(
          new Mismatch.ByPrincipal(
              principals.negated(), principals.sources(), request.principal().name()));
    }
    return failing(statement.conditions(), request).stream()
        .map(condition -> mismatch(condition, request.context()))
        .toList();
  }

  private static Mismatch mismatch(Condition condition, RequestContext context) {
    return new Mismatch.ByCondition(
        condition.operator(),
        condition.key(),
        condition.sources(),
        context.values(condition.key()));
  }
}
