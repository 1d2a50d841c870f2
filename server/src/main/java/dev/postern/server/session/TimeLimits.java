package dev.postern.server.session;

import dev.postern.server.store.SessionLimits;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a session must end though both its sides are there: it carried no payload for too long, or
 * it reached its maximum (spec/data-channel.md 13.6). Time is an argument. Owned by the session's
 * loop.
 *
 * <p>The idle time counts from the first moment at which both sides were there; who comes late has
 * deadlines of its own, see {@link Presence}. After a restart of the server it counts anew. The
 * maximum counts from the session's start, over any number of restarts.
 */
final class TimeLimits {
  /** AWS's words. */
  static final String IDLE_OUTPUT = "Your session timed out due to inactivity.";

  static final String MAXIMUM_OUTPUT = "Your session reached its maximum duration.";

  private final SessionLimits limits;
  private final long startNanos;
  private boolean connected;
  private long idleSinceNanos;

  /**
   * The limits of one session.
   *
   * @param startDate when it began
   * @param now the hour at {@code nowNanos}
   */
  TimeLimits(SessionLimits limits, Instant startDate, Instant now, long nowNanos) {
    this.limits = limits;
    Duration age = Duration.between(startDate, now);
    // A clock that was put back must not give a session more than it had at its start.
    this.startNanos = age.isNegative() ? nowNanos : nowNanos - age.toNanos();
  }

  /** Both sides are there. */
  void onConnected(long nowNanos) {
    if (!connected) {
      connected = true;
      idleSinceNanos = nowNanos;
    }
  }

  /** Payload passed. */
  void onActivity(long nowNanos) {
    idleSinceNanos = nowNanos;
  }

  /** How the session has to end now; null while it may go on. */
  @Nullable Ending exceeded(long nowNanos) {
    if (limits.maxMinutes().isPresent()) {
      int minutes = limits.maxMinutes().getAsInt();
      if (isOver(startNanos, minutes, nowNanos)) {
        return Ending.request(
            MAXIMUM_OUTPUT, "The session reached its maximum duration of " + minutes(minutes));
      }
    }
    if (connected && isOver(idleSinceNanos, limits.idleMinutes(), nowNanos)) {
      return Ending.request(
          IDLE_OUTPUT, "The session was idle for " + minutes(limits.idleMinutes()));
    }
    return null;
  }

  private static boolean isOver(long sinceNanos, int minutes, long nowNanos) {
    return nowNanos - sinceNanos >= Duration.ofMinutes(minutes).toNanos();
  }

  private static String minutes(int count) {
    return count + (count == 1 ? " minute." : " minutes.");
  }
}
