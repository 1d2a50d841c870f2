package dev.postern.wire.channel;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * How much a sender may have under way so that its path is busy and no queue on it is long:
 * whatever waits in a queue delays all that comes later, such as a key, the end of a flood that
 * somebody stopped, or another session on the same link.
 *
 * <p>The window is what the path delivers in its own time and {@link #QUEUE_MAX} together, and a
 * quarter more so that it can grow. Rate and time are measured from acknowledgements alone, so they
 * are those of the whole way to the receiver. The measure is a round: from now until something is
 * acknowledged that was sent after now. As long as each round is a quarter faster than all before,
 * the window doubles.
 *
 * <p>What keeps the path busy also hides how short its time is. So when that was not seen for
 * {@link #PATH_REMEMBERED}, three rounds leave the path idle for a quarter of it: one to see how
 * fast it is if it has become slower, one for the queue to go, and one that tells.
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
final class CongestionWindow {
  /** Two messages of bulk data: one is on its way while the other is acknowledged. */
  static final long BYTES_MIN = 72 << 10;

  /** Before anything was measured. */
  static final long BYTES_FIRST = 128 << 10;

  /** How much later than on an idle path something may arrive, and a quarter. */
  static final Duration QUEUE_MAX = Duration.ofMillis(20);

  static final Duration PATH_REMEMBERED = Duration.ofSeconds(10);

  private static final int ROUNDS_REMEMBERED = 8;
  private static final double GROWTH = 1.25;
  private static final double GROWTH_AT_FIRST = 2;
  private static final int PROBE_ROUNDS = 3;

  /** A round in which everything took so many times too long was on a path that became slower. */
  private static final double SLOWER = 2 * GROWTH;

  private static final double PROBE_SHARE = 0.75;

  private final long bytesMax;
  private long bytes;

  private long delivered;
  private Instant roundStart = Instant.MIN;
  private long roundStartDelivered;

  /** In this round the path had as much as it could, as far as we know. */
  private boolean busy;

  /** The shortest time of this round, in nanoseconds. */
  private long roundTime = Long.MAX_VALUE;

  /** What the latest busy rounds delivered, in bytes a nanosecond; the oldest is replaced next. */
  private final double[] rates = new double[ROUNDS_REMEMBERED];

  private int oldestRate;

  /** The path's own time in nanoseconds. */
  private long pathTime = Long.MAX_VALUE;

  private Instant pathTimeSeen = Instant.MIN;
  private int probeRoundsLeft;

  /**
   * @param bytesMax above which the window does not grow
   */
  CongestionWindow(long bytesMax) {
    this.bytesMax = bytesMax;
    this.bytes = Math.min(BYTES_FIRST, bytesMax);
  }

  /** What may be under way now, in bytes. */
  long bytes() {
    return probeRoundsLeft > 0
        ? Math.min(bytes, (long) (PROBE_SHARE * bestRate() * pathTime))
        : bytes;
  }

  /**
   * Something leaves.
   *
   * @param underWay all that is unacknowledged, this included
   * @param first whether nothing was under way before
   */
  void sent(long underWay, boolean first, Instant now) {
    if (first) {
      beginRound(now);
    }
    busy |= underWay >= bytes() / 2;
  }

  /**
   * Bytes arrived.
   *
   * @param sent when the latest of them left, for the only time
   */
  void acknowledged(long count, Instant sent, Instant now) {
    delivered += count;
    if (now.isBefore(sent) || now.isBefore(roundStart)) {
      // The clock was set back.
      beginRound(now);
      return;
    }
    roundTime = Math.min(roundTime, Math.max(1, OutgoingStream.nanosBetween(sent, now)));
    if (roundTime <= pathTime) {
      pathTime = roundTime;
      pathTimeSeen = now;
    }
    if (!sent.isBefore(roundStart)) {
      endRound(now);
      beginRound(now);
    }
  }

  /** Bytes arrived of which nobody knows when they left: they were sent more than once. */
  void acknowledged(long count) {
    delivered += count;
  }

  /** The way is another: its time is not known any more. */
  void replayed() {
    pathTime = Long.MAX_VALUE;
    roundTime = Long.MAX_VALUE;
    probeRoundsLeft = 0;
  }

  private void beginRound(Instant now) {
    roundStart = now;
    roundStartDelivered = delivered;
    roundTime = Long.MAX_VALUE;
    busy = false;
  }

  private void endRound(Instant now) {
    double rate =
        (double) (delivered - roundStartDelivered)
            / Math.max(1, OutgoingStream.nanosBetween(roundStart, now));
    boolean slower = busy && roundTime > SLOWER * (pathTime + QUEUE_MAX.toNanos());
    if (slower) {
      Arrays.fill(rates, 0);
    }
    if (probeRoundsLeft > 0) {
      probe(rate, slower, now);
      return;
    }
    boolean forgotten = now.isAfter(pathTimeSeen.plus(PATH_REMEMBERED));
    if (forgotten && busy) {
      probeRoundsLeft = PROBE_ROUNDS;
    } else if (forgotten) {
      seePathTime(now);
    }
    double best = bestRate();
    if (busy || rate > best) {
      remember(rate);
      double growth = rate >= best * GROWTH ? GROWTH_AT_FIRST : GROWTH;
      bytes = clamp(growth * bestRate() * (pathTime + QUEUE_MAX.toNanos()));
    }
  }

  private void probe(double rate, boolean slower, Instant now) {
    if (slower) {
      remember(rate);
    }
    probeRoundsLeft--;
    if (probeRoundsLeft == 0) {
      seePathTime(now);
    }
  }

  private void remember(double rate) {
    rates[oldestRate] = rate;
    oldestRate = (oldestRate + 1) % ROUNDS_REMEMBERED;
  }

  private void seePathTime(Instant now) {
    pathTime = roundTime;
    pathTimeSeen = now;
  }

  private double bestRate() {
    double best = 0;
    for (double rate : rates) {
      best = Math.max(best, rate);
    }
    return best;
  }

  private long clamp(double wanted) {
    return Math.min(bytesMax, Math.max((long) wanted, BYTES_MIN));
  }
}
