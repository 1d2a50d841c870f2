package dev.postern.e2e;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A long row of bytes, always the same, no piece of which is like another. */
record LongRow(long count) {
  static final int BLOCK_BYTES = 64 << 10;
  private static final long SEED = 20_261_126;

  interface Taker {
    /** Takes the next bytes, the first of the array, which is used again afterwards. */
    void take(byte[] block, int length) throws IOException;
  }

  /** Told how far a reader or a writer is, block by block. */
  interface Progress {
    void at(long bytes) throws IOException;
  }

  void forEach(Taker taker) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] block = new byte[BLOCK_BYTES];
    for (long left = count; left > 0; left -= block.length) {
      random.nextBytes(block);
      taker.take(block, (int) Math.min(left, block.length));
    }
  }

  /** Reads to the end and compares; fails at the first difference. */
  void expect(InputStream input, Progress progress) throws IOException {
    long[] done = {0};
    forEach((wanted, length) -> {
      byte[] read = input.readNBytes(length);
      if (read.length < length) {
        throw new EOFException("only " + (done[0] + read.length) + " bytes came");
      }
      if (!Arrays.equals(wanted, 0, length, read, 0, length)) {
        throw new AssertionError("the block at " + done[0] + " is not what was sent");
      }
      done[0] += length;
      progress.at(done[0]);
    });
    if (input.read() >= 0) {
      throw new AssertionError("more came than was sent");
    }
  }
}
