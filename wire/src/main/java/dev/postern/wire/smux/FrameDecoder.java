package dev.postern.wire.smux;

import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Finds frames in a byte stream that arrives in pieces cut anywhere. Keeps nothing but an
 * incomplete header; data is handed on as it comes, without a copy. Not thread-safe.
 */
public final class FrameDecoder {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SmuxRules rules;
  private final ByteBuffer header =
      ByteBuffer.allocate(Frame.HEADER_BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private ByteBuffer piece = NOTHING;
  private int dataLeft;
  private int streamId;

  /**
   * A decoder at the beginning of a stream.
   *
   * @param rules frames that were not agreed on are unknown commands
   */
  public FrameDecoder(SmuxRules rules) {
    this.rules = rules;
    header.limit(Frame.HEADER_BYTES);
  }

  /** The next piece of the stream; the one before must have been read to its end. */
  public void feed(ByteBuffer bytes) {
    if (piece.hasRemaining()) {
      throw new IllegalStateException("the piece before was not read to its end");
    }
    piece = bytes.slice();
  }

  /**
   * The next frame, or part of one; null when the piece holds no more.
   *
   * @throws MalformedMessageException when this is not smux version 1; the stream is lost then
   */
  public @Nullable Frame next() throws MalformedMessageException {
    while (true) {
      if (dataLeft > 0) {
        return piece.hasRemaining() ? push() : null;
      }
      if (!fill()) {
        return null;
      }
      if (isWindow() && header.limit() == Frame.HEADER_BYTES) {
        checkWindow();
        header.limit(header.capacity());
        continue;
      }
      Frame frame = isWindow() ? window() : read();
      header.clear().limit(Frame.HEADER_BYTES);
      if (frame != null) {
        return frame;
      }
    }
  }

  /** False when the piece was too short for that. */
  private boolean fill() {
    while (header.hasRemaining()) {
      if (!piece.hasRemaining()) {
        return false;
      }
      header.put(piece.get());
    }
    return true;
  }

  private boolean isWindow() {
    return rules.streamWindows() && header.get(1) == Command.WINDOW;
  }

  private void checkWindow() throws MalformedMessageException {
    if (header.get(0) != Frame.VERSION || header.getShort(2) != Integer.BYTES) {
      throw new MalformedMessageException("a malformed smux window");
    }
  }

  private Frame window() throws MalformedMessageException {
    int bytes = header.getInt(Frame.HEADER_BYTES);
    if (bytes <= 0) {
      throw new MalformedMessageException("a smux window of " + bytes);
    }
    return new Frame.Window(header.getInt(4), bytes);
  }

  /** Null when data follows. */
  private @Nullable Frame read() throws MalformedMessageException {
    if (header.get(0) != Frame.VERSION) {
      throw new MalformedMessageException("smux version " + header.get(0));
    }
    byte command = header.get(1);
    int length = Short.toUnsignedInt(header.getShort(2));
    int id = header.getInt(4);
    if (command != Command.PUSH && length != 0) {
      throw new MalformedMessageException("smux command " + command + " with data");
    }
    return switch (command) {
      case Command.OPEN -> new Frame.Open(id);
      case Command.FINISH -> new Frame.Finish(id);
      case Command.NOP -> new Frame.Nop();
      case Command.PUSH -> {
        dataLeft = length;
        streamId = id;
        yield null;
      }
      case Command.RESET -> {
        if (!rules.halfClose()) {
          throw new MalformedMessageException("a reset that was not agreed on");
        }
        yield new Frame.Reset(id);
      }
      default -> throw new MalformedMessageException("unknown smux command " + command);
    };
  }

  private Frame push() {
    int count = Math.min(dataLeft, piece.remaining());
    ByteBuffer data = piece.slice(piece.position(), count);
    piece.position(piece.position() + count);
    dataLeft -= count;
    return new Frame.Push(streamId, data);
  }
}
