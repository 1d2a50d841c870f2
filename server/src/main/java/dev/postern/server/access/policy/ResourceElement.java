package dev.postern.server.access.policy;

import java.util.List;
import java.util.stream.Stream;

/** Resource or NotResource of a statement. */
final class ResourceElement {
  /** Of a trust policy, which speaks about its own role alone. */
  static final ResourceElement ANY = new ResourceElement(false, List.of(ArnPattern.all()));

  private final boolean negated;
  private final ArnPattern[] patterns;

  ResourceElement(boolean negated, List<ArnPattern> patterns) {
    this.negated = negated;
    this.patterns = patterns.toArray(ArnPattern[]::new);
  }

  boolean matches(PolicyRequest request, EquivalentAccounts accounts) {
    return lists(request, accounts) != negated;
  }

  private boolean lists(PolicyRequest request, EquivalentAccounts accounts) {
    for (ArnPattern pattern : patterns) {
      if (pattern.matches(request.arn(), request.context(), accounts)) {
        return true;
      }
    }
    return false;
  }

  /** Parts of an ARN that the best of its patterns has right. */
  int matchingParts(PolicyRequest request, EquivalentAccounts accounts) {
    return Stream.of(patterns)
        .mapToInt(pattern -> pattern.matchingParts(request.arn(), request.context(), accounts))
        .max()
        .orElse(0);
  }

  boolean namesResource(String characters) {
    return !negated && Stream.of(patterns).anyMatch(pattern -> pattern.namesResource(characters));
  }

  boolean negated() {
    return negated;
  }

  List<String> sources() {
    return Stream.of(patterns).map(ArnPattern::source).toList();
  }

  Stream<String> variableNames() {
    return Stream.of(patterns).flatMap(ArnPattern::variableNames);
  }
}
