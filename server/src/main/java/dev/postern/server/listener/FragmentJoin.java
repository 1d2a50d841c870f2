package dev.postern.server.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Joins the fragments of a message. Fragments are chained without a copy while they arrive; a
 * message that came in several is then moved once into one piece, so that whoever keeps it holds no
 * more than its bytes. Owned by its connection. The order of frames was checked by the decoder.
 */
final class FragmentJoin {
  private @Nullable CompositeByteBuf open;
  private boolean text;
  private int fragments;

  /** A message that is complete. */
  sealed interface Joined {
    /** A text message. */
    record Text(String text) implements Joined {}

    /** A binary message; whoever gets it owns it. */
    record Binary(WebSocketMessage message) implements Joined {}
  }

  /**
   * Takes over a data frame.
   *
   * @return the message that it completes, or null
   */
  @Nullable Joined add(WebSocketFrame frame, ByteBufAllocator allocator) {
    ByteBuf content = frame.content();
    CompositeByteBuf parts = open;
    if (parts == null) {
      text = frame instanceof TextWebSocketFrame;
      if (!text && !(frame instanceof BinaryWebSocketFrame)) {
        frame.release();
        throw violation(WebSocketCloseStatus.PROTOCOL_ERROR, "continuation of nothing");
      }
    }
    int before = parts == null ? 0 : parts.readableBytes();
    int bytesMax = text ? Limits.TEXT_BYTES_MAX : Limits.BINARY_BYTES_MAX;
    if (before + content.readableBytes() > bytesMax || fragments >= Limits.FRAGMENTS_MAX) {
      frame.release();
      throw violation(WebSocketCloseStatus.MESSAGE_TOO_BIG, "message too big");
    }
    if (parts == null && frame.isFinalFragment()) {
      return complete(content);
    }
    if (parts == null) {
      parts = allocator.compositeBuffer(Integer.MAX_VALUE);
      open = parts;
    }
    parts.addComponent(true, content);
    fragments++;
    if (!frame.isFinalFragment()) {
      return null;
    }
    open = null;
    fragments = 0;
    return complete(inOnePiece(parts, allocator));
  }

  private static ByteBuf inOnePiece(CompositeByteBuf parts, ByteBufAllocator allocator) {
    try {
      return allocator.ioBuffer(parts.readableBytes()).writeBytes(parts);
    } finally {
      parts.release();
    }
  }

  private Joined complete(ByteBuf content) {
    if (!text) {
      return new Joined.Binary(new NettyMessage(content));
    }
    try {
      return new Joined.Text(
          StandardCharsets.UTF_8.newDecoder().decode(content.nioBuffer()).toString());
    } catch (CharacterCodingException notText) {
      throw violation(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "text is not UTF-8");
    } finally {
      content.release();
    }
  }

  private static CorruptedWebSocketFrameException violation(
      WebSocketCloseStatus status, String reason) {
    return new CorruptedWebSocketFrameException(status, reason);
  }

  /** Drops a message that will not be completed. */
  void discard() {
    CompositeByteBuf parts = open;
    open = null;
    if (parts != null) {
      parts.release();
    }
  }
}
