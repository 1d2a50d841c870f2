package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The statements of one effect by the services whose actions they can match. */
final class StatementIndex {
  private final Map<String, Statement[]> byService = new HashMap<>();

  /** For services that no statement names: those with {@code *} or NotAction. */
  private final Statement[] otherwise;

  StatementIndex(List<Statement> all, Effect effect) {
    List<Statement> statements =
        all.stream().filter(statement -> statement.effect() == effect).toList();
    Set<String> services = new HashSet<>();
    List<Statement> ofEveryService = new ArrayList<>();
    for (Statement statement : statements) {
      statement
          .elements()
          .actions()
          .services()
          .ifPresentOrElse(services::addAll, () -> ofEveryService.add(statement));
    }
    for (String service : services) {
      byService.put(
          service,
          statements.stream()
              .filter(statement -> concerns(statement, service))
              .toArray(Statement[]::new));
    }
    otherwise = ofEveryService.toArray(Statement[]::new);
  }

  private static boolean concerns(Statement statement, String service) {
    return statement.elements().actions().services().map(set -> set.contains(service)).orElse(true);
  }

  /** Those that may match an action of this service, in the order of the document. */
  Statement[] of(String lowerCasedService) {
    return byService.getOrDefault(lowerCasedService, otherwise);
  }
}
