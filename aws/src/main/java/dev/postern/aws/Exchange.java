package dev.postern.aws;

import java.io.IOException;

/** Sends one request and waits for its answer. Safe for use by many threads. */
@FunctionalInterface
public interface Exchange {
  /**
   * Sends the request and returns the whole answer, whatever its status.
   *
   * @throws IOException when no complete answer came: unreachable, untrusted certificate, timeout,
   *     broken framing
   */
  HttpResponse exchange(HttpRequest request) throws IOException;
}
