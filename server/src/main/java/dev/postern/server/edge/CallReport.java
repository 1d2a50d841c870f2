package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import java.util.Map;
import java.util.Optional;

/**
 * What an audit event tells of one call.
 *
 * @param caller who called; who claimed to when the signature was refused
 * @param service signing name
 * @param parameters the input without secrets
 * @param elements the output without secrets
 */
record CallReport(
    Arrival arrival,
    Caller caller,
    String service,
    String operationName,
    boolean readOnly,
    Map<String, Object> parameters,
    Map<String, Object> elements,
    Optional<Fault> fault) {
  /** Of a call that got no further than its name. */
  static CallReport refused(
      Arrival arrival, Caller caller, String service, String operationName, Fault fault) {
    return new CallReport(
        arrival, caller, service, operationName, false, Map.of(), Map.of(), Optional.of(fault));
  }
}
