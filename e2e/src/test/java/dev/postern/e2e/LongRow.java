package dev.postern.e2e;

import java.io.IOException;
import java.util.SplittableRandom;

/** A long row of bytes, always the same, no piece of which is like another. */
record LongRow(long count) {
  static final int BLOCK_BYTES = 64 << 10;
  private static final long SEED = 20_261_126;

  interface Taker {
    /** Takes the next bytes, the first of the array, which is used again afterwards. */
    void take(byte[] block, int length) throws IOException;
  }

  void forEach(Taker taker) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] block = new byte[BLOCK_BYTES];
    for (long left = count; left > 0; left -= block.length) {
      random.nextBytes(block);
      taker.take(block, (int) Math.min(left, block.length));
    }
  }
}
