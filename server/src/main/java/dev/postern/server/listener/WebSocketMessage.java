package dev.postern.server.listener;

import java.nio.ByteBuffer;

/**
 * One binary message in the listener's own memory, counted by reference so that it can be relayed
 * without a copy.
 *
 * <p>Whoever holds a reference calls {@link #release} once, or hands the reference to {@link
 * WebSocketPeer#send}.
 */
public interface WebSocketMessage {
  /** Bytes in the message. */
  int length();

  /** A read-only view of the bytes, valid until the last reference is released. */
  ByteBuffer view();

  /** Adds a reference and returns this message. */
  WebSocketMessage retain();

  /** Drops one reference. */
  void release();
}
