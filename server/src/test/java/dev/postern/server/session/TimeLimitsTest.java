package dev.postern.server.session;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");

  /** Any steady count may be where it overflows. */
  private static final long NOW = Long.MAX_VALUE - 1000;

  private static long after(Duration duration) {
    return NOW + duration.toNanos();
  }

  private static TimeLimits idle(int minutes) {
    TimeLimits limits =
        new TimeLimits(new SessionLimits(minutes, OptionalInt.empty()), START, START, NOW);
    limits.onConnected(NOW);
    return limits;
  }

  private static TimeLimits maximum(int minutes, Instant now) {
    return new TimeLimits(new SessionLimits(60, OptionalInt.of(minutes)), START, now, NOW);
  }

  @Test
  void idleSessionEndsToTheNanosecond() {
    TimeLimits limits = idle(20);

    assertNull(limits.exceeded(after(Duration.ofMinutes(20)) - 1));
    Ending ending = requireNonNull(limits.exceeded(after(Duration.ofMinutes(20))));

    assertEquals(Status.Terminated, ending.status());
    assertEquals("Your session timed out due to inactivity.", ending.output());
    assertEquals(Optional.of("The session was idle for 20 minutes."), ending.details());
  }

  @Test
  void payloadBeginsTheIdleTimeAnew() {
    TimeLimits limits = idle(1);
    limits.onActivity(after(Duration.ofSeconds(59)));

    assertNull(limits.exceeded(after(Duration.ofSeconds(118))));
    assertNotNull(limits.exceeded(after(Duration.ofSeconds(119))));
  }

  @Test
  void idleTimeCountsFromTheFirstMomentThatBothSidesWereThere() {
    TimeLimits limits =
        new TimeLimits(new SessionLimits(1, OptionalInt.empty()), START, START, NOW);
    assertNull(limits.exceeded(after(Duration.ofMinutes(4))));

    limits.onConnected(after(Duration.ofMinutes(4)));
    limits.onConnected(after(Duration.ofMinutes(4).plusSeconds(59)));

    assertNull(limits.exceeded(after(Duration.ofMinutes(5)) - 1));
    assertNotNull(limits.exceeded(after(Duration.ofMinutes(5))));
  }

  @Test
  void maximumEndsABusySession() {
    TimeLimits limits = maximum(1, START);
    limits.onConnected(NOW);
    limits.onActivity(after(Duration.ofMinutes(1)) - 1);

    assertNull(limits.exceeded(after(Duration.ofMinutes(1)) - 1));
    Ending ending = requireNonNull(limits.exceeded(after(Duration.ofMinutes(1))));

    assertEquals(Status.Terminated, ending.status());
    assertEquals("Your session reached its maximum duration.", ending.output());
    assertEquals(
        Optional.of("The session reached its maximum duration of 1 minute."), ending.details());
  }

  @Test
  void maximumCountsFromTheStartAndNotFromARestart() {
    TimeLimits restored = maximum(60, START.plus(Duration.ofMinutes(59)));

    assertNull(restored.exceeded(after(Duration.ofMinutes(1)) - 1));
    assertNotNull(restored.exceeded(after(Duration.ofMinutes(1))));
  }

  @Test
  void maximumThatPassedWhileNobodyWatchedIsExceededAtOnce() {
    assertNotNull(maximum(60, START.plus(Duration.ofDays(3))).exceeded(NOW));
  }

  @Test
  void hourThatWasPutBackGivesNoMoreThanTheMaximum() {
    TimeLimits limits = maximum(60, START.minus(Duration.ofDays(1)));

    assertNotNull(limits.exceeded(after(Duration.ofMinutes(60))));
  }

  @Test
  void withoutAMaximumABusySessionGoesOn() {
    TimeLimits limits = idle(20);
    limits.onActivity(after(Duration.ofDays(30)));

    assertNull(limits.exceeded(after(Duration.ofDays(30).plusMinutes(19))));
  }
}
