package dev.postern.wire.smux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One smux version 1 frame (spec/data-channel.md 7.5). Numbers are little-endian, unlike the data
 * channel around it.
 *
 * <pre>
 *    0   1  version, 1
 *    1   1  command
 *    2   2  length of the data: 0 unless the command is PSH, 4 with our own WND
 *    4   4  stream id, unsigned
 *    8   n  data
 * </pre>
 */
public sealed interface Frame {
  int HEADER_BYTES = 8;
  byte VERSION = 1;

  /** The longest data that official receivers take in one frame is longer; senders keep to this. */
  int DATA_BYTES_MAX = 32_768;

  /** SYN: the sender opens a stream. */
  record Open(int streamId) implements Frame {}

  /** FIN: the sender writes no more on this stream. What it still reads depends on the peer. */
  record Finish(int streamId) implements Frame {}

  /**
   * PSH: data of a stream, or from the decoder a part of a frame's data, as far as it has come.
   *
   * @param data not empty
   */
  record Push(int streamId, ByteBuffer data) implements Frame {}

  /** NOP: a sign of life. */
  record Nop() implements Frame {}

  /**
   * An addition of ours, sent only where both ends agreed on half-closed streams: the sender
   * neither writes nor reads this stream any more.
   */
  record Reset(int streamId) implements Frame {}

  /**
   * An addition of ours, sent only where both ends agreed on stream windows: the sender takes so
   * many bytes of data more on this stream than it said before.
   *
   * @param bytes more than 0
   */
  record Window(int streamId, int bytes) implements Frame {}

  /**
   * What may be sent on a stream before the first {@link Window}, where windows were agreed on. A
   * sender may begin a PSH frame as long as anything of its window is left.
   */
  int INITIAL_WINDOW_BYTES = 64 << 10;

  /**
   * Whether a piece of the byte stream consists of whole NOP frames and nothing else. Only where
   * the piece begins with a frame does the answer mean anything.
   */
  static boolean areNops(ByteBuffer piece) {
    int length = piece.remaining();
    if (length == 0 || length % HEADER_BYTES != 0) {
      return false;
    }
    for (int at = piece.position(); at < piece.limit(); at += HEADER_BYTES) {
      boolean nop =
          piece.get(at) == VERSION
              && piece.get(at + 1) == Command.NOP
              && piece.get(at + 2) == 0
              && piece.get(at + 3) == 0;
      if (!nop) {
        return false;
      }
    }
    return true;
  }

  /** Writes the header of a PSH frame at the buffer's beginning; its data lies behind it. */
  static void putPushHeader(ByteBuffer frame, int streamId, int dataBytes) {
    putHeader(frame, Command.PUSH, dataBytes, streamId);
  }

  /** The bytes of a frame. */
  static ByteBuffer encode(Frame frame) {
    return switch (frame) {
      case Open(int id) -> header(Command.OPEN, id);
      case Finish(int id) -> header(Command.FINISH, id);
      case Nop() -> header(Command.NOP, 0);
      case Reset(int id) -> header(Command.RESET, id);
      case Window(int id, int count) -> {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + Integer.BYTES);
        putHeader(bytes, Command.WINDOW, Integer.BYTES, id);
        yield bytes.putInt(HEADER_BYTES, count);
      }
      case Push(int id, ByteBuffer data) -> {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + data.remaining());
        putHeader(bytes, Command.PUSH, data.remaining(), id);
        yield bytes.put(HEADER_BYTES, data, data.position(), data.remaining());
      }
    };
  }

  private static ByteBuffer header(byte command, int streamId) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
    putHeader(bytes, command, 0, streamId);
    return bytes;
  }

  private static void putHeader(ByteBuffer bytes, byte command, int dataBytes, int streamId) {
    if (dataBytes > DATA_BYTES_MAX) {
      throw new IllegalArgumentException("a frame has at most " + DATA_BYTES_MAX + " data bytes");
    }
    bytes
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(0, VERSION)
        .put(1, command)
        .putShort(2, (short) dataBytes)
        .putInt(4, streamId);
  }
}
