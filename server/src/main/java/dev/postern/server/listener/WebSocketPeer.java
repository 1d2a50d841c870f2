package dev.postern.server.listener;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One open WebSocket, to write to. Safe for use by any thread; writes from one thread keep their
 * order.
 */
public interface WebSocketPeer {
  /**
   * Sends a message and drops the caller's reference to it. Not flushed. After the connection's end
   * it only releases.
   */
  void send(WebSocketMessage message);

  /**
   * Sends bytes of our own as one binary message; the caller must not change them afterwards. Not
   * flushed.
   */
  void send(ByteBuffer bytes);

  /** Pushes what was sent to the socket. */
  void flush();

  /**
   * False while more than the high mark of bytes waits to be written: the caller stops its source.
   */
  boolean isWritable();

  /**
   * Switches reading on or off: off is back-pressure on this peer, through TCP. Its pings are then
   * not seen, so pongs go out unasked meanwhile: agents that wait for one stay.
   */
  void reading(boolean on);

  /** Sends a ping and flushes it. */
  void ping();

  /**
   * Sends a ping behind what was sent, and flushes. The peer answers when it has read all of that:
   * {@link WebSocketHandler#onMark}.
   */
  void mark(long number);

  /**
   * How long nothing at all has come from the peer; zero while reading is off, since we would not
   * know.
   */
  Duration silence();

  /** Sends a close frame with this code, then closes. Idempotent. */
  void close(int code, String reason);

  /** Closes without a word. Idempotent. */
  void abort();

  /** Runs a task on this connection's event loop, after what already waits there. */
  void execute(Runnable task);

  /** The thread that this connection lives on. */
  Loop loop();

  /**
   * Moves the connection to another loop: what it has to do with others that live there then needs
   * no other thread. From the connection's own loop, while reading is off. The task runs on the new
   * loop, or never when the connection ended meanwhile.
   */
  void moveTo(Loop target, Runnable moved);

  /** Where the peer is. */
  InetSocketAddress remote();
}
