package dev.postern.server.access.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Action or NotAction of a statement. */
final class ActionElement {
  private final boolean negated;
  private final ActionPattern[] patterns;

  ActionElement(boolean negated, List<ActionPattern> patterns) {
    this.negated = negated;
    this.patterns = patterns.toArray(ActionPattern[]::new);
  }

  boolean matches(PolicyRequest request) {
    return lists(request) != negated;
  }

  private boolean lists(PolicyRequest request) {
    for (ActionPattern pattern : patterns) {
      if (pattern.matches(request.service(), request.operation())) {
        return true;
      }
    }
    return false;
  }

  /** The services that it can match anything of; empty for all of them. */
  Optional<Set<String>> services() {
    if (negated) {
      return Optional.empty();
    }
    Set<String> services = new TreeSet<>();
    for (ActionPattern pattern : patterns) {
      String service = pattern.service();
      if (service == null) {
        return Optional.empty();
      }
      services.add(service);
    }
    return Optional.of(services);
  }

  boolean negated() {
    return negated;
  }

  List<String> sources() {
    return List.of(patterns).stream().map(ActionPattern::source).toList();
  }
}
