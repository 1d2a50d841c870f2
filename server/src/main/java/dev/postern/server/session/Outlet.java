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
}
