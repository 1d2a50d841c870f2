package dev.postern.server.store;

import java.util.OptionalInt;

/**
 * How long a session may last, in minutes, within AWS's ranges.
 *
 * @param idleMinutes without payload in either direction
 * @param maxMinutes from its start; absent where there is no end to it
 */
public record SessionLimits(int idleMinutes, OptionalInt maxMinutes) {
  public static final int IDLE_MINUTES_DEFAULT = 20;
  public static final int IDLE_MINUTES_MAX = 60;
  public static final int MAX_MINUTES_MAX = 1440;

  /** Where preferences set nothing. */
  public static final SessionLimits DEFAULT =
      new SessionLimits(IDLE_MINUTES_DEFAULT, OptionalInt.empty());

  public SessionLimits {
    require(idleMinutes, IDLE_MINUTES_MAX);
    maxMinutes.ifPresent(minutes -> require(minutes, MAX_MINUTES_MAX));
  }

  private static void require(int minutes, int max) {
    if (minutes < 1 || minutes > max) {
      throw new IllegalArgumentException(minutes + " is not between 1 and " + max + " minutes");
    }
  }

  /** What an earlier version stored without looking at it counts only where it can be obeyed. */
  static OptionalInt stored(long minutes, int max) {
    return minutes >= 1 && minutes <= max ? OptionalInt.of((int) minutes) : OptionalInt.empty();
  }
}
