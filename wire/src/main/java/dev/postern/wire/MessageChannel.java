package dev.postern.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One open connection that carries whole messages in both directions: a WebSocket, seen without its
 * frames.
 *
 * <p>Any thread may send; sends are serialised and block while the peer does not read, which is the
 * back-pressure. One thread receives.
 */
public interface MessageChannel extends AutoCloseable {
  /** Sends one text message. */
  void sendText(String text) throws IOException;

  /**
   * Sends one binary message made of the remaining bytes of all parts in order; their positions do
   * not change.
   */
  void send(ByteBuffer... parts) throws IOException;

  /**
   * Asks the peer for a sign of life and waits for it, or for anything else that comes from it.
   *
   * @return false when nothing came within the time
   */
  boolean isAnswering(Duration within) throws InterruptedException;

  /**
   * Waits for the next message, text or binary alike: receivers of this protocol do not distinguish
   * them (spec/data-channel.md 2.4).
   *
   * @return the whole message, owned by the caller; null when the peer closed the connection in an
   *     orderly way
   * @throws IOException when the connection was lost or the peer broke the framing rules
   */
  @Nullable ByteBuffer receive() throws IOException;

  /**
   * Closes the connection at once; a thread blocked in {@link #receive} or {@link #send} returns.
   * Idempotent.
   */
  @Override
  void close();
}
