package dev.postern.server.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the directions of all sessions hold for their receivers, so that together they stay within
 * the server's memory: the less is left, the less each of them may hold before its sender is not
 * read any more. Safe for use by many threads.
 */
final class HeldBytes {
  /**
   * Three eighths of what Netty's buffers may have in all, which is as much as the heap's maximum.
   */
  static final long TOTAL_MAX = Runtime.getRuntime().maxMemory() / 8 * 3;

  /** What a direction may hold in any case: it takes several messages to get on. */
  static final long SHARE_MIN = 128 << 10;

  /** So many stalled directions leave a share for as many more. */
  private static final int PARTS = 4;

  private final AtomicLong total = new AtomicLong();

  /** More is held, or less when negative. */
  void add(long bytes) {
    total.addAndGet(bytes);
  }

  long total() {
    return total.get();
  }

  /** What one direction may hold now, at most what it may hold at all. */
  long share(long most) {
    return Math.clamp((TOTAL_MAX - total.get()) / PARTS, SHARE_MIN, most);
  }
}
