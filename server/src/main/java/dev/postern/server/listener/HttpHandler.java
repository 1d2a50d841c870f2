package dev.postern.server.listener;

import java.util.List;

/**
 * Answers requests. The listener calls it on a virtual thread of the request's own, so it may
 * block.
 */
public interface HttpHandler {
  /** Never throws for the caller's mistakes: those are answers too. */
  HttpAnswer answer(HttpCall call);

  /** Decides about a WebSocket upgrade; also on a virtual thread. */
  Upgrade upgrade(HttpCall call);

  /**
   * The answer to a request whose body is longer than {@link Limits#BODY_BYTES_MAX}. Called on an
   * event loop, so it must not block.
   */
  default HttpAnswer tooLong() {
    return new HttpAnswer(413, List.of(), new byte[0]);
  }

  /** The decision about an upgrade. */
  sealed interface Upgrade {
    /** Switch protocols; the handler owns the connection from then on. */
    record Accepted(WebSocketHandler handler) implements Upgrade {}

    /** Stay with HTTP and answer this. */
    record Refused(HttpAnswer answer) implements Upgrade {}
  }
}
