package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The statements of one effect by the actions that they match. What was found for an action is
 * kept: it follows from the text alone, so that threads at worst find it twice.
 */
final class StatementIndex {
  /** More than the operations of all services here; names that a simulation invents add no more. */
  private static final int ACTIONS_MAX = 512;

  private static final Statement[] NONE = {};

  private final Map<String, Statement[]> byService = new HashMap<>();

  /** For services that no statement names: those with {@code *} or NotAction. */
  private final Statement[] otherwise;

  private final Map<String, Statement[]> byAction = new ConcurrentHashMap<>();

  StatementIndex(List<Statement> all, Effect effect) {
    List<Statement> statements =
        all.stream().filter(statement -> statement.effect() == effect).toList();
    Set<String> services = new HashSet<>();
    List<Statement> ofEveryService = new ArrayList<>();
    for (Statement statement : statements) {
      statement
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
    return statement.actions().services().map(set -> set.contains(service)).orElse(true);
  }

  /** Those whose actions include the request's, in the order of the document. */
  Statement[] of(PolicyRequest request) {
    Statement[] known = byAction.get(request.lowerCasedAction());
    return known == null ? find(request) : known;
  }

  private Statement[] find(PolicyRequest request) {
    Statement[] found =
        Stream.of(byService.getOrDefault(request.service(), otherwise))
            .filter(statement -> statement.actions().matches(request))
            .toArray(Statement[]::new);
    if (byAction.size() < ACTIONS_MAX) {
      byAction.put(request.lowerCasedAction(), found.length == 0 ? NONE : found);
    }
    return found;
  }
}
