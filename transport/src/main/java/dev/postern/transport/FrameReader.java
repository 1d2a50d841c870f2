package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Reads a server's frames and puts messages together (RFC 6455 section 5). For one thread. Knows no
 * socket; never holds more than one message of the given size, whatever the peer announces.
 *
 * <pre>
 * byte 0    FIN 1 bit, RSV 3 bits (must be 0), opcode 4 bits
 * byte 1    MASK 1 bit (must be 0 from a server), length 7 bits; 126: 2 bytes follow, 127: 8 bytes
 * </pre>
 */
final class FrameReader {
  private static final int CONTROL_PAYLOAD_BYTES_MAX = 125;
  private static final int FIRST_GROWTH_BYTES = 8 << 10;
  static final int CODE_NONE = 1005;

  private final ByteInput input;
  private final int messageBytesMax;

  /** The fragments so far; only {@link #collectedBytes} of it count. */
  private byte[] collected = new byte[0];

  private int collectedBytes;

  /**
   * Type of the message whose fragments arrive, or {@link Opcode#CONTINUATION} between messages.
   */
  private int messageOpcode = Opcode.CONTINUATION;

  FrameReader(ByteInput input, int messageBytesMax) {
    this.input = input;
    this.messageBytesMax = messageBytesMax;
  }

  FrameReader(InputStream input, int messageBytesMax) {
    this(new ByteInput(input), messageBytesMax);
  }

  /**
   * Waits for the next whole message or control frame.
   *
   * @throws FramingException when the peer broke the rules; nothing can be read after that
   * @throws java.io.EOFException when the bytes end, also between frames
   */
  Incoming next() throws IOException {
    while (true) {
      int first = input.read();
      int second = input.read();
      if ((first & 0x70) != 0) {
        throw new FramingException(FramingException.PROTOCOL_ERROR, "set a reserved bit");
      }
      if ((second & 0x80) != 0) {
        throw new FramingException(FramingException.PROTOCOL_ERROR, "masked a server's frame");
      }
      boolean last = (first & 0x80) != 0;
      int opcode = first & 0x0F;
      switch (opcode) {
        case Opcode.CLOSE, Opcode.PING, Opcode.PONG -> {
          return control(opcode, last, second);
        }
        case Opcode.CONTINUATION, Opcode.TEXT, Opcode.BINARY -> {
          addFragment(opcode, length(second));
          if (last) {
            return new Incoming.Message(finishMessage());
          }
        }
        default ->
            throw new FramingException(FramingException.PROTOCOL_ERROR, "used a reserved opcode");
      }
    }
  }

  private long length(int second) throws IOException {
    if (second < 126) {
      return second;
    }
    long length = input.readNumber(second == 126 ? 2 : 8);
    if (length < 0 || length < (second == 126 ? 126 : 0x10000)) {
      throw new FramingException(FramingException.PROTOCOL_ERROR, "sent a malformed length");
    }
    return length;
  }

  private void addFragment(int opcode, long length) throws IOException {
    if ((opcode == Opcode.CONTINUATION) != (messageOpcode != Opcode.CONTINUATION)) {
      throw new FramingException(
          FramingException.PROTOCOL_ERROR, "mixed up the fragments of messages");
    }
    if (length > messageBytesMax - collectedBytes) {
      throw new FramingException(
          FramingException.TOO_BIG, "sent a message of more than " + messageBytesMax + " bytes");
    }
    if (opcode != Opcode.CONTINUATION) {
      messageOpcode = opcode;
    }
    int total = collectedBytes + (int) length;
    if (total > collected.length) {
      // Exact for the usual message of one frame; doubled where more fragments are to be expected.
      int doubled = collectedBytes == 0 ? 0 : Math.max(FIRST_GROWTH_BYTES, collected.length * 2);
      collected = Arrays.copyOf(collected, Math.max(total, Math.min(doubled, messageBytesMax)));
    }
    input.readFully(collected, collectedBytes, (int) length);
    collectedBytes = total;
  }

  private ByteBuffer finishMessage() throws FramingException {
    ByteBuffer payload = ByteBuffer.wrap(collected, 0, collectedBytes);
    if (messageOpcode == Opcode.TEXT) {
      checkText(payload);
    }
    // The buffer is the caller's from here on.
    collected = new byte[0];
    collectedBytes = 0;
    messageOpcode = Opcode.CONTINUATION;
    return payload;
  }

  private Incoming control(int opcode, boolean last, int length) throws IOException {
    if (!last || length > CONTROL_PAYLOAD_BYTES_MAX) {
      throw new FramingException(
          FramingException.PROTOCOL_ERROR, "sent a control frame that is too long or fragmented");
    }
    byte[] payload = new byte[length];
    input.readFully(payload, 0, length);
    ByteBuffer content = ByteBuffer.wrap(payload);
    return switch (opcode) {
      case Opcode.PING -> new Incoming.Ping(content);
      case Opcode.PONG -> new Incoming.Pong();
      default -> close(content);
    };
  }

  private static Incoming close(ByteBuffer content) throws FramingException {
    if (!content.hasRemaining()) {
      return new Incoming.Close(CODE_NONE, "");
    }
    if (content.remaining() == 1) {
      throw new FramingException(FramingException.PROTOCOL_ERROR, "sent half a close code");
    }
    int code = content.getShort() & 0xFFFF;
    if (!isCloseCode(code)) {
      throw new FramingException(
          FramingException.PROTOCOL_ERROR, "sent the reserved close code " + code);
    }
    return new Incoming.Close(code, checkText(content));
  }

  /** RFC 6455 7.4 and the codes that its registry gained since. */
  private static boolean isCloseCode(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  private static String checkText(ByteBuffer payload) throws FramingException {
    try {
      return UTF_8.newDecoder().decode(payload.duplicate()).toString();
    } catch (CharacterCodingException _) {
      throw new FramingException(FramingException.INVALID_TEXT, "sent text that is not UTF-8");
    }
  }
}
