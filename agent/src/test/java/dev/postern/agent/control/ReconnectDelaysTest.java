package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ReconnectDelaysTest {
  private final RandomGenerator random = new SplittableRandom(1);

  @Test
  void firstAttemptIsAtOnce() {
    assertThat(ReconnectDelays.control(0, false, Duration.ZERO, random)).isZero();
    assertThat(ReconnectDelays.data().delays().after(1, random)).isZero();
  }

  @Test
  void withSessionsNoWaitIsLongerThanTwoSecondsForTenMinutes() {
    for (int failures = 1; failures < 1000; failures++) {
      assertThat(ReconnectDelays.control(failures, true, Duration.ofMinutes(9), random))
          .isBetween(Duration.ofMillis(250), Duration.ofSeconds(2));
    }
    assertThat(ReconnectDelays.control(20, true, Duration.ofMinutes(11), random))
        .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void idleNodeWaitsAtMostThirtySecondsAndNotAllTheSame() {
    Duration one = ReconnectDelays.control(20, false, Duration.ZERO, random);
    Duration other = ReconnectDelays.control(20, false, Duration.ZERO, random);

    assertThat(one).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    assertThat(other).isNotEqualTo(one);
  }
}
