package dev.postern.server.listener;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * A message in one piece of Netty's memory. The buffer's own indexes never move, so that the same
 * message can be sent more than once and looked at meanwhile. Safe for use by many threads.
 */
final class NettyMessage implements WebSocketMessage {
  private final ByteBuf content;
  private final int length;

  /** Takes over one reference to the content. */
  NettyMessage(ByteBuf content) {
    this.content = content;
    this.length = content.readableBytes();
  }

  /** The bytes for one write; the caller's reference goes with it. */
  ByteBuf toWrite() {
    return content.duplicate();
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public ByteBuffer view() {
    return content.nioBuffer().asReadOnlyBuffer();
  }

  @Override
  public WebSocketMessage retain() {
    content.retain();
    return this;
  }

  @Override
  public void release() {
    content.release();
  }
}
