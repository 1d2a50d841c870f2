package dev.postern.server.listener;

/**
 * The server's side of one WebSocket. Every method runs on the connection's own event loop, one at
 * a time and in order; none may block.
 */
public interface WebSocketHandler {
  /** First call, after the upgrade was answered. */
  void onOpen(WebSocketPeer peer);

  /** A text message, at most the listener's limit for text. */
  void onText(String text);

  /**
   * A binary message, fragments joined, at most the listener's limit. The handler becomes its owner
   * and must {@link WebSocketMessage#release} it, or give it to exactly one {@link
   * WebSocketPeer#send}.
   */
  void onBinary(WebSocketMessage message);

  /** The peer has read all that was sent before this {@link WebSocketPeer#mark}. */
  default void onMark(long number) {}

  /** The peer's outgoing buffer fell below its low mark after it had been full. */
  void onWritable();

  /**
   * All messages that had arrived together were handed over: a good moment to flush what was
   * written elsewhere.
   */
  void onBatchEnd();

  /** Last call, exactly once, however the connection ended. */
  void onClose(Closing closing);

  /** How a connection ended. */
  sealed interface Closing {
    /** A close frame came, or the peer ended the stream. */
    record ByPeer(int code) implements Closing {}

    /** We closed it. */
    record ByUs() implements Closing {}

    /** Reset, time-out or broken framing. */
    record Lost(String reason) implements Closing {}
  }
}
