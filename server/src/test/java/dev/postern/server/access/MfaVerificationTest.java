package dev.postern.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.MfaVerification.Outcome;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestIdentities;
import dev.postern.server.store.TestStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MfaVerificationTest {
  private static final byte[] SEED = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
  private static final String SERIAL = "arn:aws:iam::123456789012:mfa/ann";

  @TempDir Path directory;
  private TestStore clock;
  private Store store;
  private MfaVerification verification;

  @BeforeEach
  void open() throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    var identities = new TestIdentities(clock);
    identities.user("ann", "AIDAANN");
    identities.user("bob", "AIDABOB");
    identities.device(SERIAL, SEED, "ann");
    verification = new MfaVerification(store.mfaCodes());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private String code() {
    return Totp.code(SEED, Totp.step(clock.now()));
  }

  private Outcome verify(String user, String serial, String code) {
    return verification.verify(user, serial, code, clock.now());
  }

  @Test
  void codeIsGoodOnceEvenAfterARestart() throws Exception {
    assertThat(verify("Ann", SERIAL, code())).isEqualTo(Outcome.GOOD);
    assertThat(verify("ann", SERIAL, code())).isEqualTo(Outcome.WRONG);

    store.close();
    store = clock.open();
    verification = new MfaVerification(store.mfaCodes());
    assertThat(verify("ann", SERIAL, code())).isEqualTo(Outcome.WRONG);
    clock.advance(Duration.ofSeconds(30));
    assertThat(verify("ann", SERIAL, code())).isEqualTo(Outcome.GOOD);
  }

  @Test
  void devicesOfOthersAndUnknownOnesAreNoDevices() {
    assertThat(verify("bob", SERIAL, code())).isEqualTo(Outcome.NO_DEVICE);
    assertThat(verify("ann", SERIAL + "x", code())).isEqualTo(Outcome.NO_DEVICE);
    assertThat(verify("ann", SERIAL, code())).isEqualTo(Outcome.GOOD);
  }

  @Test
  void whoGuessesIsNotListenedToForAWhile() {
    for (int i = 0; i < MfaVerification.WRONG_CODES_MAX; i++) {
      assertThat(verify("ann", SERIAL, "000000")).isEqualTo(Outcome.WRONG);
    }

    assertThat(verify("ann", SERIAL, code())).isEqualTo(Outcome.TOO_MANY);
    clock.advance(MfaVerification.ATTEMPTS_WINDOW);
    assertThat(verify("ann", SERIAL, code())).isEqualTo(Outcome.GOOD);
  }
}
