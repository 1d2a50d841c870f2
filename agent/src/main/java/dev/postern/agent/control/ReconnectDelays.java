package dev.postern.agent.control;

import dev.postern.transport.ReconnectPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a lost connection is dialled again. At once the first time; then quickly
 * for as long as sessions wait for it, since the service forgets them; else slowly and at random,
 * so that a service which comes back is not met by all its nodes in one moment.
 */
final class ReconnectDelays {
  static final Duration WITH_SESSIONS_MAX = Duration.ofSeconds(2);
  static final Duration IDLE_MAX = Duration.ofSeconds(30);

  /** A session whose connection stays away so long is over. */
  static final Duration SESSIONS_WAIT_MAX = Duration.ofMinutes(10);

  private static final Duration FIRST = Duration.ofMillis(500);

  private ReconnectDelays() {}

  /**
   * The wait before a dial of the control channel.
   *
   * @param failures dials that failed since the connection was lost
   * @param lostFor since the connection was lost
   */
  static Duration control(
      int failures, boolean sessionsLive, Duration lostFor, RandomGenerator random) {
    boolean hurry = sessionsLive && lostFor.compareTo(SESSIONS_WAIT_MAX) < 0;
    return delay(failures, hurry ? WITH_SESSIONS_MAX : IDLE_MAX, random);
  }

  /** For the data channels of sessions, which are live by nature. */
  static ReconnectPolicy data() {
    return new ReconnectPolicy(
        (failures, random) -> delay(failures - 1, WITH_SESSIONS_MAX, random), SESSIONS_WAIT_MAX);
  }

  /** Between half and whole of a doubling, bounded time. */
  private static Duration delay(int failures, Duration max, RandomGenerator random) {
    if (failures <= 0) {
      return Duration.ZERO;
    }
    long bound = FIRST.toMillis();
    for (int i = 1; i < failures && bound < max.toMillis(); i++) {
      bound *= 2;
    }
    bound = Math.min(bound, max.toMillis());
    return Duration.ofMillis(bound / 2 + random.nextLong(bound / 2 + 1));
  }
}
