package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import java.util.Optional;

/** What a request's signature says. */
sealed interface Authenticated {
  /** It holds, or none was needed. */
  record Proven(Caller caller) implements Authenticated {}

  /**
   * It does not.
   *
   * @param claimed whose key the request names, where that key exists
   */
  record Refused(Fault fault, Optional<Caller> claimed) implements Authenticated {}
}
