package dev.postern.transport;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * When to ping and when to give a silent peer up. Times come in as arguments, those of {@link
 * System#nanoTime}. Safe for use by many threads: those that ping, read, and wait for a sign of
 * life.
 */
final class Liveness implements Patience {
  private final long intervalNanos;
  private final long silenceNanosMax;

  /** When the next ping is due. */
  private long pingAtNanos;

  /** Whether nothing has been heard since a ping, sent at {@link #unansweredSinceNanos}. */
  private boolean unanswered;

  private long unansweredSinceNanos;

  private long heardAtNanos;

  Liveness(Keepalive keepalive, long nowNanos) {
    intervalNanos = Patience.nanos(keepalive.interval());
    silenceNanosMax = Patience.nanos(keepalive.silenceMax());
    pingAtNanos = nowNanos + Patience.nanos(keepalive.firstAfter());
    heardAtNanos = nowNanos;
  }

  /** How long until the next ping, 0 or less when it is due. */
  synchronized long untilPingNanos(long nowNanos) {
    return pingAtNanos - nowNanos;
  }

  /** A ping is about to be written: from now on the peer has to show a sign of life. */
  synchronized void onPing(long nowNanos) {
    pingAtNanos = nowNanos + intervalNanos;
    if (!unanswered) {
      unanswered = true;
      unansweredSinceNanos = nowNanos;
    }
  }

  /** A ping is due from this moment on. */
  synchronized void pingFrom(long nowNanos) {
    pingAtNanos = nowNanos;
  }

  @Override
  public synchronized void onHeard(long nowNanos) {
    unanswered = false;
    heardAtNanos = nowNanos;
    notifyAll();
  }

  /**
   * Waits until something is heard after a moment, and not beyond a deadline.
   *
   * @return false when the deadline has passed
   */
  synchronized boolean awaitHeard(long sinceNanos, long deadlineNanos) throws InterruptedException {
    for (long left = deadlineNanos - System.nanoTime();
        heardAtNanos - sinceNanos <= 0 && left > 0;
        left = deadlineNanos - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return heardAtNanos - sinceNanos > 0;
  }

  @Override
  public synchronized int waitMillis(long nowNanos) {
    // Until then the ping that is due next has been sent, and its time is up at the earliest.
    long since = unanswered ? unansweredSinceNanos : Math.max(pingAtNanos, nowNanos);
    return Patience.millisUntil(since + silenceNanosMax, nowNanos);
  }

  /**
   * Only an attempt to read that found nothing counts as silence: a reader that was busy elsewhere
   * finds the sign of life waiting.
   */
  @Override
  public synchronized void onSilence(long nowNanos) throws IOException {
    if (unanswered && nowNanos - unansweredSinceNanos >= silenceNanosMax) {
      throw new IOException("the peer has not answered a ping in time");
    }
  }
}
