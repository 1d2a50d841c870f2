package dev.postern.server.edge;

import dev.postern.server.service.Operation;
import dev.postern.server.service.Service;
import java.util.Optional;

/**
 * Where a call goes.
 *
 * @param service absent when nothing of ours is meant
 * @param operationName as the caller spells it, empty when there is none
 * @param operation absent when the service has none of that name
 */
record Route(
    Optional<Service> service,
    String operationName,
    Optional<Operation<?, ?>> operation,
    Syntax syntax) {
  static Route to(Service service, String operationName, Syntax syntax) {
    return new Route(Optional.of(service), operationName, service.operation(operationName), syntax);
  }

  static Route nowhere(String operationName, Syntax syntax) {
    return new Route(Optional.empty(), operationName, Optional.empty(), syntax);
  }
}
