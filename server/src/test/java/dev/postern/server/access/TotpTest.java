package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TotpTest {
  /** Of the test vectors in RFC 4226 appendix D and RFC 6238 appendix B. */
  private static final byte[] SEED = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

  private static final Instant NOW = Instant.ofEpochSecond(1_111_111_111);
  private static final long STEP = 37_037_037;

  @ParameterizedTest
  @CsvSource({
    "0, 755224", "1, 287082", "2, 359152", "3, 969429", "4, 338314",
    "5, 254676", "6, 287922", "7, 162583", "8, 399871", "9, 520489"
  })
  void countersGiveTheCodesOfRfc4226(long counter, String code) {
    assertThat(Totp.code(SEED, counter)).isEqualTo(code);
  }

  /** The RFC shows eight digits; six are the last of them. */
  @ParameterizedTest
  @CsvSource({
    "59, 94287082",
    "1111111109, 07081804",
    "1111111111, 14050471",
    "1234567890, 89005924",
    "2000000000, 69279037",
    "20000000000, 65353130"
  })
  void timesGiveTheCodesOfRfc6238(long seconds, String eightDigits) {
    Instant moment = Instant.ofEpochSecond(seconds);
    assertThat(Totp.verify(SEED, eightDigits.substring(2), moment, 0))
        .isEqualTo(OptionalLong.of(seconds / 30));
  }

  @Test
  void codesOfTheStepBeforeAndAfterAreGood() {
    assertThat(verify(STEP - 1)).isEqualTo(OptionalLong.of(STEP - 1));
    assertThat(verify(STEP)).isEqualTo(OptionalLong.of(STEP));
    assertThat(verify(STEP + 1)).isEqualTo(OptionalLong.of(STEP + 1));
  }

  @Test
  void codesOfOtherStepsAreNotGood() {
    assertThat(verify(STEP - 2)).isEmpty();
    assertThat(verify(STEP + 2)).isEmpty();
  }

  private static OptionalLong verify(long step) {
    return Totp.verify(SEED, Totp.code(SEED, step), NOW, 0);
  }

  @Test
  void codeIsGoodOnce() {
    assertThat(Totp.verify(SEED, Totp.code(SEED, STEP), NOW, STEP - 1)).hasValue(STEP);
    assertThat(Totp.verify(SEED, Totp.code(SEED, STEP), NOW, STEP)).isEmpty();
    assertThat(Totp.verify(SEED, Totp.code(SEED, STEP - 1), NOW, STEP)).isEmpty();
    assertThat(Totp.verify(SEED, Totp.code(SEED, STEP + 1), NOW, STEP)).hasValue(STEP + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "05047", "0504711", "05047a", " 050471", "٠٥٠٤٧١", "000000"})
  void otherTextIsNoCode(String code) {
    assertThat(Totp.verify(SEED, code, NOW, 0)).isEmpty();
    assertThat(Totp.verifyPair(SEED, code, Totp.code(SEED, STEP), NOW)).isEmpty();
    assertThat(Totp.verifyPair(SEED, Totp.code(SEED, STEP), code, NOW)).isEmpty();
  }

  @Test
  void pairIsGoodInItsOrderOnly() {
    String first = Totp.code(SEED, STEP - 1);
    String second = Totp.code(SEED, STEP);
    assertThat(Totp.verifyPair(SEED, first, second, NOW)).hasValue(STEP);
    assertThat(Totp.verifyPair(SEED, second, first, NOW)).isEmpty();
    assertThat(Totp.verifyPair(SEED, second, second, NOW)).isEmpty();
    assertThat(Totp.verifyPair(SEED, Totp.code(SEED, STEP - 2), second, NOW)).isEmpty();
  }

  @Test
  void pairTellsHowFarTheClockIsOff() {
    for (long drift : new long[] {-20, -2, 2, 20}) {
      String first = Totp.code(SEED, STEP + drift - 1);
      String second = Totp.code(SEED, STEP + drift);
      assertThat(Totp.verifyPair(SEED, first, second, NOW)).hasValue(STEP + drift);
      assertThat(Totp.drift(STEP + drift, NOW)).isEqualTo(drift);
      assertThat(Totp.step(Totp.shifted(NOW, drift))).isEqualTo(STEP + drift);
    }
    assertThat(Totp.verifyPair(SEED, Totp.code(SEED, STEP + 20), Totp.code(SEED, STEP + 21), NOW))
        .isEmpty();
  }

  @Test
  void codeThatIsOnlyLateTellsNoDrift() {
    assertThat(Totp.drift(STEP - 1, NOW)).isZero();
    assertThat(Totp.drift(STEP, NOW)).isZero();
    assertThat(Totp.drift(STEP + 1, NOW)).isZero();
  }
}
