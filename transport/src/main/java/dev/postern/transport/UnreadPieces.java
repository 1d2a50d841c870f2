package dev.postern.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a stream was sent and nobody has read yet, in order. It takes about as much memory as it has
 * bytes, however small the pieces are in which a peer sends them and whatever else came with them.
 * Not thread-safe.
 */
final class UnreadPieces {
  /** Of the buffer that is made for pieces that are too small to be kept as they are. */
  private static final int COLLECTED_BYTES = 256;

  /** A piece is kept as it came when it is at least this part of the message that it came in. */
  private static final int PART_MIN = 4;

  private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();

  /** The last piece, when it is a buffer of our own: what is added may go behind its limit. */
  private @Nullable ByteBuffer collecting;

  /** Takes a piece over. */
  void add(ByteBuffer piece) {
    int length = piece.remaining();
    if (length >= COLLECTED_BYTES && isLargePart(piece)) {
      pieces.add(piece);
      collecting = null;
      return;
    }
    ByteBuffer into = collecting;
    if (into == null || into.capacity() - into.limit() < length) {
      into = ByteBuffer.allocate(Math.max(length, COLLECTED_BYTES)).limit(0);
      pieces.add(into);
      collecting = into;
    }
    int end = into.limit();
    into.limit(end + length).put(end, piece, piece.position(), length);
  }

  /** The next piece, null when everything was read. */
  @Nullable ByteBuffer poll() {
    ByteBuffer piece = pieces.poll();
    if (pieces.isEmpty()) {
      collecting = null;
    }
    return piece;
  }

  @SuppressWarnings("ByteBufferBackingArray") // it is only asked how much of it is kept alive
  private static boolean isLargePart(ByteBuffer piece) {
    return piece.hasArray() && piece.array().length / PART_MIN <= piece.remaining();
  }
}
