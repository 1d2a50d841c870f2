package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class SteadyClockTest {
  private Instant wall = Instant.parse("2026-11-23T10:00:00Z");
  private long nanos = Long.MAX_VALUE - 5;

  @Test
  void followsWhatPassedAndNotWhatTheMachinesClockIsSetTo() {
    SteadyClock clock = new SteadyClock(() -> wall, () -> nanos);

    wall = wall.minus(Duration.ofMinutes(20));
    nanos += Duration.ofSeconds(3).toNanos();

    assertThat(clock.instant()).isEqualTo(Instant.parse("2026-11-23T10:00:03Z"));
  }
}
