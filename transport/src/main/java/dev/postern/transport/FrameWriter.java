package dev.postern.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * Writes a client's frames: masked, never fragmented (RFC 6455 section 5). For one thread at a
 * time. Knows no socket.
 *
 * <p>Header and parts of a frame leave in one write where they fit into the buffer.
 */
final class FrameWriter {
  private static final int BUFFER_BYTES_MAX = 64 << 10;

  /** Grows with the frames: most connections carry little, and an agent may have a thousand. */
  private static final int BUFFER_BYTES_FIRST = 2 << 10;

  private static final int HEADER_BYTES_MAX = 14;
  private static final int MASK_BYTES = 4;
  private static final int MASKS_DRAWN_AT_ONCE = 256;

  /** Eight bytes of the buffer as this machine holds them: the JVM makes vectors of them. */
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final OutputStream output;
  private final RandomGenerator random;
  private byte[] buffer = new byte[BUFFER_BYTES_FIRST];

  /** The same bytes; positions are not used. */
  private ByteBuffer view = ByteBuffer.wrap(buffer);

  /**
   * Masks must not be foreseeable (RFC 6455 10.3), so the generator should be a strong one, and
   * such a generator is slow: hence many are drawn at once.
   */
  private final byte[] masks = new byte[MASK_BYTES * MASKS_DRAWN_AT_ONCE];

  private int masksUsed = masks.length;

  FrameWriter(OutputStream output, RandomGenerator random) {
    this.output = output;
    this.random = random;
  }

  /** Writes one frame with the remaining bytes of all parts; their positions do not change. */
  void write(int opcode, ByteBuffer... parts) throws IOException {
    long length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    makeRoom(length + HEADER_BYTES_MAX);
    int mask = nextMask();
    int filled = header(opcode, length, mask);
    // Four mask bytes twice; turned so that it fits the place where a run of payload starts.
    long wideMask = (long) mask << 32 | (mask & 0xFFFFFFFFL);
    for (ByteBuffer part : parts) {
      for (int taken = 0; taken < part.remaining(); ) {
        if (filled == buffer.length) {
          output.write(buffer, 0, filled);
          filled = 0;
        }
        int run = Math.min(part.remaining() - taken, buffer.length - filled);
        part.get(part.position() + taken, buffer, filled, run);
        apply(wideMask, filled, run);
        wideMask = Long.rotateLeft(wideMask, 8 * (run % MASK_BYTES));
        filled += run;
        taken += run;
      }
    }
    output.write(buffer, 0, filled);
    output.flush();
  }

  private void makeRoom(long wanted) {
    if (wanted > buffer.length && buffer.length < BUFFER_BYTES_MAX) {
      long doubled = Math.max(wanted, buffer.length * 2L);
      buffer = new byte[(int) Math.min(doubled, BUFFER_BYTES_MAX)];
      view = ByteBuffer.wrap(buffer);
    }
  }

  private int nextMask() {
    if (masksUsed == masks.length) {
      random.nextBytes(masks);
      masksUsed = 0;
    }
    int mask = ByteBuffer.wrap(masks).getInt(masksUsed);
    masksUsed += MASK_BYTES;
    return mask;
  }

  private int header(int opcode, long length, int mask) {
    int position = 0;
    buffer[position++] = (byte) (0x80 | opcode);
    if (length < 126) {
      buffer[position++] = (byte) (0x80 | length);
    } else if (length < 0x10000) {
      buffer[position++] = (byte) (0x80 | 126);
      view.putShort(position, (short) length);
      position += Short.BYTES;
    } else {
      buffer[position++] = (byte) (0x80 | 127);
      view.putLong(position, length);
      position += Long.BYTES;
    }
    view.putInt(position, mask);
    assert position + MASK_BYTES <= HEADER_BYTES_MAX;
    return position + MASK_BYTES;
  }

  private void apply(long wideMask, int start, int length) {
    int end = start + length;
    int position = start;
    long inOurOrder =
        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? wideMask : Long.reverseBytes(wideMask);
    for (; position <= end - Long.BYTES; position += Long.BYTES) {
      WORDS.set(buffer, position, (long) WORDS.get(buffer, position) ^ inOurOrder);
    }
    for (int shift = 56; position < end; position++, shift -= 8) {
      buffer[position] ^= (byte) (wideMask >>> shift);
    }
  }
}
