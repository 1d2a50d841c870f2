package dev.postern.server.listener;

/**
 * Answers requests. The listener calls it on a virtual thread of the request's own, so it may
 * block.
 */
public interface HttpHandler {
  /** Never throws for the caller's mistakes: those are answers too. */
  HttpAnswer answer(HttpCall call);

  /** Decides about a WebSocket upgrade; also on a virtual thread. */
  Upgrade upgrade(HttpCall call);

  /** The decision about an upgrade. */
  sealed interface Upgrade {
    /** Switch protocols; the handler owns the connection from then on. */
    record Accepted(WebSocketHandler handler) implements Upgrade {}

    /** Stay with HTTP and answer this. */
    record Refused(HttpAnswer answer) implements Upgrade {}
  }
}
