package dev.postern.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureThrottleTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
  private static final int BURST = 3;

  private final FailureThrottle throttle = new FailureThrottle(BURST);

  @Test
  void burstIsAdmittedAndThenOnePerSecond() {
    for (int i = 0; i < BURST; i++) {
      assertThat(throttle.admits("a", START)).isTrue();
      assertThat(throttle.failed("a", START)).isEqualTo(i == BURST - 1);
    }

    assertThat(throttle.admits("a", START)).isFalse();
    assertThat(throttle.admits("a", START.plusMillis(999))).isFalse();
    assertThat(throttle.admits("a", START.plusMillis(1000))).isTrue();
    throttle.failed("a", START.plusMillis(1000));
    assertThat(throttle.admits("a", START.plusMillis(1999))).isFalse();
    assertThat(throttle.admits("a", START.plusMillis(2000))).isTrue();
  }

  @Test
  void nobodyOwesMoreThanTheBurst() {
    for (int i = 0; i < 1000; i++) {
      throttle.failed("a", START);
    }

    assertThat(throttle.admits("a", START.plusSeconds(1))).isTrue();
  }

  @Test
  void subjectsAreApartAndCanBeForgiven() {
    for (int i = 0; i < BURST; i++) {
      throttle.failed("a", START);
    }

    assertThat(throttle.admits("b", START)).isTrue();
    throttle.forget("a");
    assertThat(throttle.admits("a", START)).isTrue();
  }

  @Test
  void clockThatIsSetBackForgivesNothing() {
    for (int i = 0; i < BURST; i++) {
      throttle.failed("a", START);
    }

    assertThat(throttle.admits("a", START.minusSeconds(3600))).isFalse();
  }

  @Test
  void memoryIsBounded() {
    for (int i = 0; i < 2 * FailureThrottle.SUBJECTS_MAX; i++) {
      throttle.failed("subject " + i, START);
    }

    assertThat(throttle.subjects()).isLessThanOrEqualTo(FailureThrottle.SUBJECTS_MAX);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.7",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0",
    "::ffff:192.0.2.7, 192.0.2.7",
    "somewhere, somewhere"
  })
  void networkOfAnIpv6AddressIsOneSource(String address, String source) {
    assertThat(FailureThrottle.source(address)).isEqualTo(source);
  }
}
