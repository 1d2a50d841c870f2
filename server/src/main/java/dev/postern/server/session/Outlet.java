package dev.postern.server.session;

import dev.postern.server.listener.WebSocketMessage;
import java.nio.ByteBuffer;

/** Where a direction's messages go: the receiver's connection. Not flushed by sending. */
interface Outlet {
  /** False while the receiver reads too slowly; the direction is pumped again when it changed. */
  boolean isWritable();

  /** Sends and drops one reference. */
  void send(WebSocketMessage message);

  void send(ByteBuffer bytes);

  /**
   * Whether the receiver is lost when something reaches it while it sets up its port
   * (spec/data-channel.md 7.7).
   */
  boolean needsStartPause();

  /**
   * Whether the receiver acknowledges nothing that it consumed before. Only the official plugin
   * (spec/data-channel.md 5.2).
   */
  boolean ignoresRepeats();

  /** Asks to be told when the receiver has read all that was sent until now. */
  void mark(long number);
}
