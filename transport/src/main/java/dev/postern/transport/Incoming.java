package dev.postern.transport;

import java.nio.ByteBuffer;

/** What arrives on a WebSocket: whole messages, and control frames between their fragments. */
sealed interface Incoming {
  /** Text or binary; text has been found to be UTF-8. */
  record Message(ByteBuffer payload) implements Incoming {}

  record Ping(ByteBuffer payload) implements Incoming {}

  record Pong() implements Incoming {}

  /** The peer's close frame; code 1005 when it had none. */
  record Close(int code, String reason) implements Incoming {}
}
