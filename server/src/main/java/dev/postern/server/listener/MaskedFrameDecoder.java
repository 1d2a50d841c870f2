package dev.postern.server.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's frames (RFC 6455 section 5). Stands in the place of Netty's decoder because that
 * one moves each byte twice and unmasks word by word through every check of its buffers, which was
 * a third of what the server's loops did in Java (docs/performance.md): here a payload moves once,
 * from the records that it came in to memory of its own, and is unmasked there.
 *
 * <pre>
 * byte 0    FIN 1 bit, RSV 3 bits (must be 0), opcode 4 bits
 * byte 1    MASK 1 bit (must be 1 from a client), length 7 bits; 126: 2 bytes follow, 127: 8 bytes
 * then      4 bytes of mask, and the payload
 * </pre>
 *
 * <p>Memory grows with what arrives, not with what a peer announces. What breaks the rules goes to
 * {@code exceptionCaught} once, as a {@link CorruptedWebSocketFrameException} with the close code;
 * nothing is read after that, nor after a close frame.
 */
final class MaskedFrameDecoder extends ChannelInboundHandlerAdapter {
  private static final int HEADER_BYTES_MAX = 14;
  private static final int SHORT_HEADER_BYTES = 2;
  private static final int MASK_BYTES = 4;
  private static final int CONTROL_BYTES_MAX = 125;
  private static final int FIRST_GROWTH_BYTES = 64 << 10;

  private static final int CONTINUATION = 0x0;
  private static final int TEXT = 0x1;
  private static final int BINARY = 0x2;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;

  private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES_MAX);
  private final int payloadBytesMax;
  private boolean inMessage;

  /** After a close frame or a violation. */
  private boolean over;

  /** Of the frame whose payload arrives, null while a header does. */
  private @Nullable ByteBuf payload;

  private int length;

  /**
   * @param payloadBytesMax the longest payload of a frame
   */
  MaskedFrameDecoder(int payloadBytesMax) {
    this.payloadBytesMax = payloadBytesMax;
    header.limit(SHORT_HEADER_BYTES);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      context.fireChannelRead(message);
      return;
    }
    try {
      while (!over && bytes.isReadable()) {
        WebSocketFrame frame = next(context, bytes);
        if (frame != null) {
          context.fireChannelRead(frame);
        }
      }
    } catch (CorruptedWebSocketFrameException violation) {
      over = true;
      discard();
      context.fireExceptionCaught(violation);
    } finally {
      bytes.release();
    }
  }

  /** The frame that these bytes complete, null when they complete none. */
  private @Nullable WebSocketFrame next(ChannelHandlerContext context, ByteBuf bytes) {
    ByteBuf content = payload;
    if (content == null) {
      if (!readHeader(bytes)) {
        return null;
      }
      length = length();
      content =
          length == 0
              ? Unpooled.EMPTY_BUFFER
              : context.alloc().ioBuffer(Math.min(length, FIRST_GROWTH_BYTES), length);
      payload = content;
    }
    content.writeBytes(bytes, Math.min(bytes.readableBytes(), length - content.readableBytes()));
    if (content.readableBytes() < length) {
      return null;
    }
    unmask(content, header.getInt(header.limit() - MASK_BYTES));
    WebSocketFrame frame = frame(content);
    payload = null;
    header.clear().limit(SHORT_HEADER_BYTES);
    return frame;
  }

  /** Takes what is there of the header; true when all of it is. */
  private boolean readHeader(ByteBuf bytes) {
    take(bytes);
    if (!header.hasRemaining() && header.limit() == SHORT_HEADER_BYTES) {
      checkShortHeader();
      int more = shortLength() < 126 ? 0 : shortLength() == 126 ? Short.BYTES : Long.BYTES;
      header.limit(SHORT_HEADER_BYTES + more + MASK_BYTES);
      take(bytes);
    }
    return !header.hasRemaining();
  }

  private void take(ByteBuf bytes) {
    while (header.hasRemaining() && bytes.isReadable()) {
      header.put(bytes.readByte());
    }
  }

  private int opcode() {
    return header.get(0) & 0x0F;
  }

  private boolean isFinal() {
    return (header.get(0) & 0x80) != 0;
  }

  private int shortLength() {
    return header.get(1) & 0x7F;
  }

  private void checkShortHeader() {
    if ((header.get(0) & 0x70) != 0) {
      throw violation("a reserved bit is set");
    }
    if ((header.get(1) & 0x80) == 0) {
      throw violation("a client's frame is not masked");
    }
    switch (opcode()) {
      case CLOSE, PING, PONG -> {
        if (!isFinal() || shortLength() > CONTROL_BYTES_MAX) {
          throw violation("a control frame is too long or fragmented");
        }
      }
      case CONTINUATION, TEXT, BINARY -> {
        if ((opcode() == CONTINUATION) != inMessage) {
          throw violation("the fragments of messages are mixed up");
        }
        inMessage = !isFinal();
      }
      default -> throw violation("the opcode is reserved");
    }
  }

  private int length() {
    int announced = shortLength();
    if (announced < 126) {
      return announced;
    }
    boolean medium = announced == 126;
    long length =
        medium
            ? Short.toUnsignedLong(header.getShort(SHORT_HEADER_BYTES))
            : header.getLong(SHORT_HEADER_BYTES);
    if (length < (medium ? 126 : 0x10000)) {
      throw violation("a length is malformed");
    }
    if (length > payloadBytesMax) {
      throw new CorruptedWebSocketFrameException(
          WebSocketCloseStatus.MESSAGE_TOO_BIG,
          "a frame has more than " + payloadBytesMax + " bytes");
    }
    return (int) length;
  }

  private WebSocketFrame frame(ByteBuf content) {
    return switch (opcode()) {
      case CONTINUATION -> new ContinuationWebSocketFrame(isFinal(), 0, content);
      case TEXT -> new TextWebSocketFrame(isFinal(), 0, content);
      case BINARY -> new BinaryWebSocketFrame(isFinal(), 0, content);
      case PING -> new PingWebSocketFrame(content);
      case PONG -> new PongWebSocketFrame(content);
      default -> {
        checkClose(content);
        over = true;
        yield new CloseWebSocketFrame(true, 0, content);
      }
    };
  }

  private static void checkClose(ByteBuf content) {
    if (content.readableBytes() == 1) {
      throw violation("half a close code");
    }
    if (!content.isReadable()) {
      return;
    }
    int code = content.getUnsignedShort(0);
    if (!WebSocketCloseStatus.isValidStatusCode(code)) {
      throw violation("the close code " + code + " is reserved");
    }
    try {
      var _ =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(content.nioBuffer(Short.BYTES, content.readableBytes() - Short.BYTES));
    } catch (CharacterCodingException notText) {
      throw new CorruptedWebSocketFrameException(
          WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "the reason of a close is not UTF-8");
    }
  }

  /** Four mask bytes twice over eight payload bytes at a time, in whichever order memory has. */
  static void unmask(ByteBuf content, int mask) {
    int count = content.readableBytes();
    MemorySegment memory = MemorySegment.ofBuffer(content.nioBuffer());
    long wide = (long) mask << Integer.SIZE | Integer.toUnsignedLong(mask);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      wide = Long.reverseBytes(wide);
    }
    int words = count / Long.BYTES;
    for (int i = 0; i < words; i++) {
      long at = (long) i * Long.BYTES;
      memory.set(
          ValueLayout.JAVA_LONG_UNALIGNED,
          at,
          memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at) ^ wide);
    }
    for (int i = words * Long.BYTES; i < count; i++) {
      int shift = (MASK_BYTES - 1 - i % MASK_BYTES) * Byte.SIZE;
      content.setByte(i, content.getByte(i) ^ mask >>> shift);
    }
  }

  private static CorruptedWebSocketFrameException violation(String reason) {
    return new CorruptedWebSocketFrameException(WebSocketCloseStatus.PROTOCOL_ERROR, reason);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    discard();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    discard();
    context.fireChannelInactive();
  }

  private void discard() {
    ByteBuf partial = payload;
    payload = null;
    if (partial != null) {
      partial.release();
    }
  }
}
