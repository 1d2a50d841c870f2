package dev.postern.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  private static final Instant TIME = Instant.parse("2026-11-22T09:28:16Z");

  @ParameterizedTest
  @CsvSource({
    "1763803200000, 1763803200",
    "1763800000000, 1763800000",
    "1763803200123, 1763803200.123",
    "1763803200120, 1763803200.12",
    "0, 0",
    "1, 0.001",
  })
  void epochSecondsNeverHaveAnExponent(long millis, String text) {
    BigDecimal seconds = Timestamps.epochSeconds(Instant.ofEpochMilli(millis));

    assertThat(seconds.toString()).isEqualTo(text);
    assertThat(Timestamps.fromEpochSeconds(seconds)).isEqualTo(Instant.ofEpochMilli(millis));
  }

  @Test
  void secondsOutsideOfTheCalendarAreRefused() {
    for (Number number :
        new Number[] {-1L, 253_402_300_800L, new BigDecimal("1e300"), Double.NaN}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Timestamps.fromEpochSeconds(number));
    }
  }

  @Test
  void isoFormsAreWrittenAsEachProtocolWantsThem() {
    assertThat(Timestamps.iso8601(TIME.plusMillis(7))).isEqualTo("2026-11-22T09:28:16Z");
    assertThat(Timestamps.iso8601Millis(TIME)).isEqualTo("2026-11-22T09:28:16.000Z");
    assertThat(Timestamps.basic(TIME.plusMillis(7))).isEqualTo("20261122T092816Z");
    assertThat(Timestamps.httpDate(TIME)).isEqualTo("Sun, 22 Nov 2026 09:28:16 GMT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-22T09:28:16Z",
        "2026-11-22T09:28:16.000Z",
        "2026-11-22T10:28:16+01:00",
        "2026-11-22T01:28:16-08:00",
        "2026-11-22T09:28:16",
      })
  void isoFormsOfClientsAreRead(String text) {
    assertThat(Timestamps.parseIso8601(text)).isEqualTo(TIME);
  }

  @Test
  void dateAloneIsItsMidnight() {
    assertThat(Timestamps.parseIso8601("2026-11-22"))
        .isEqualTo(Instant.parse("2026-11-22T00:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "T", "now", "2026-13-01", "2026-11-22T25:00:00Z", "1763803200"})
  void otherTextIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Timestamps.parseIso8601(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "20261122T092816", "20261322T092816Z", "20260230T092816Z", "+2026112T092816Z"})
  void basicFormIsStrict(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Timestamps.parseBasic(text));
  }

  @Test
  void basicFormAndHttpDateAreReadBack() {
    assertThat(Timestamps.parseBasic("20261122T092816Z")).isEqualTo(TIME);
    assertThat(Timestamps.parseHttpDate("Sun, 22 Nov 2026 09:28:16 GMT")).isEqualTo(TIME);
    assertThatIllegalArgumentException().isThrownBy(() -> Timestamps.parseHttpDate("yesterday"));
  }
}
