package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LivenessTest {
  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

  private static long at(double seconds) {
    return START + (long) (seconds * 1e9);
  }

  private static Liveness liveness(int firstAfterSeconds) {
    return new Liveness(
        new Keepalive(
            Duration.ofSeconds(firstAfterSeconds), Duration.ofSeconds(50), Duration.ofSeconds(20)),
        START);
  }

  @Test
  void firstPingMayBeDueAtOnce() {
    assertThat(liveness(0).untilPingNanos(START)).isZero();
    assertThat(liveness(54).untilPingNanos(at(4))).isEqualTo(Duration.ofSeconds(50).toNanos());
  }

  @Test
  void laterPingsFollowTheInterval() {
    Liveness liveness = liveness(0);

    liveness.onPing(at(1));

    assertThat(liveness.untilPingNanos(at(1))).isEqualTo(Duration.ofSeconds(50).toNanos());
  }

  @Test
  void silenceAfterAPingIsToleratedForItsTimeOnly() throws IOException {
    Liveness liveness = liveness(0);
    liveness.onPing(START);

    assertThat(liveness.waitMillis(at(5))).isEqualTo(15_000);
    liveness.onSilence(at(19.9));

    assertThatIOException().isThrownBy(() -> liveness.onSilence(at(20)));
  }

  @Test
  void anyByteAfterAPingIsASignOfLife() throws IOException {
    Liveness liveness = liveness(0);
    liveness.onPing(START);

    liveness.onHeard(at(19));

    liveness.onSilence(at(60));
  }

  @Test
  void unansweredPingsCountFromTheFirst() {
    Liveness liveness = liveness(0);
    liveness.onPing(START);
    liveness.onPing(at(15));

    assertThatIOException().isThrownBy(() -> liveness.onSilence(at(20)));
  }

  @Test
  void waitReachesBeyondTheNextPing() {
    assertThat(liveness(10).waitMillis(START)).isEqualTo(30_000);
    assertThat(liveness(10).waitMillis(at(15))).isEqualTo(20_000);
  }

  @Test
  void readerThatWasBusyGetsOneAttempt() {
    Liveness liveness = liveness(0);
    liveness.onPing(START);

    assertThat(liveness.waitMillis(at(1000))).isEqualTo(1);
  }
}
