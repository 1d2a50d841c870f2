package dev.postern.transport;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** How long a read may wait. Times are those of {@link System#nanoTime}. */
interface Patience {
  /** How long the next attempt to read may last, in milliseconds, at least 1. */
  int waitMillis(long nowNanos);

  /** Bytes arrived. */
  void onHeard(long nowNanos);

  /**
   * An attempt ended without bytes.
   *
   * @throws IOException when there is no use in another one
   */
  void onSilence(long nowNanos) throws IOException;

  /** Everything has to be over at one point in time. */
  static Patience until(long deadlineNanos, String what) {
    return new Patience() {
      @Override
      public int waitMillis(long nowNanos) {
        return millisUntil(deadlineNanos, nowNanos);
      }

      @Override
      public void onHeard(long nowNanos) {
        // A peer that drips bytes gets no more time.
      }

      @Override
      public void onSilence(long nowNanos) throws IOException {
        if (deadlineNanos - nowNanos <= 0) {
          throw new SocketTimeoutException(what + " took too long");
        }
      }
    };
  }

  /** Rounded up, so that waiting that long passes the deadline; 1 when it has passed already. */
  static int millisUntil(long deadlineNanos, long nowNanos) {
    long millis = (deadlineNanos - nowNanos + 999_999) / 1_000_000;
    return Math.clamp(millis, 1, Integer.MAX_VALUE);
  }

  /** The nanoseconds of a duration, cut where a long ends (292 years). */
  static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE >> 1)) < 0
        ? duration.toNanos()
        : Long.MAX_VALUE >> 1;
  }
}
