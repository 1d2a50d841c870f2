package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.MfaDevices.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MfaDevicesTest {
  private static final String SERIAL = "arn:aws:iam::123456789012:mfa/phone";
  private static final String USER = Store.ADMINISTRATOR;

  @TempDir Path directory;
  private TestStore test;
  private Store store;

  @BeforeEach
  void setUp() throws Exception {
    test = new TestStore(directory);
    store = test.open();
  }

  @AfterEach
  void tearDown() {
    store.close();
  }

  private byte[] create() {
    return store.mfaDevices().create(SERIAL, Map.of()).seed().orElseThrow();
  }

  private static Optional<MfaDevices.Shown> step(long step) {
    return Optional.of(new MfaDevices.Shown(step, 0));
  }

  /** The seed that codes are checked with; the check says no. */
  private byte[] seedInUse() {
    AtomicReference<byte[]> seen = new AtomicReference<>(new byte[0]);
    store
        .mfaDevices()
        .resync(
            USER,
            SERIAL,
            seed -> {
              seen.set(seed);
              return Optional.empty();
            });
    return seen.get();
  }

  @Test
  void seedIsToldOnceAndLiesSealed() throws Exception {
    byte[] seed = create();
    store.close();

    String database = Files.readString(test.database(), StandardCharsets.ISO_8859_1);
    assertThat(seed).hasSize(MfaDevices.SEED_BYTES);
    assertThat(database)
        .contains(SERIAL)
        .doesNotContain(new String(seed, StandardCharsets.ISO_8859_1));
  }

  @Test
  void seedSurvivesAnotherMasterKey() throws Exception {
    byte[] seed = create();
    store.mfaDevices().enable(USER, SERIAL, _ -> step(1));
    assertThat(seedInUse()).isEqualTo(seed);
    store.close();
    byte[] other = new byte[32];
    TestStore.RANDOM.nextBytes(other);
    String text = Base64.getEncoder().encodeToString(other);

    Resealing.run(
        test.database(),
        test.options().masterKey(),
        MasterKey.parse(text, TestStore.RANDOM),
        () -> {});
    store = Store.open(test.options(MasterKey.parse(text, TestStore.RANDOM), true));

    assertThat(seedInUse()).isEqualTo(seed);
  }

  @Test
  void stepOfACodeOnlyGrows() {
    create();
    MfaDevices devices = store.mfaDevices();
    assertThat(devices.enable(USER, SERIAL, _ -> step(7))).isEqualTo(Outcome.DONE);

    assertThat(devices.resync(USER, SERIAL, _ -> step(7))).isEqualTo(Outcome.WRONG_CODES);
    assertThat(devices.resync(USER, SERIAL, _ -> step(6))).isEqualTo(Outcome.WRONG_CODES);
    assertThat(devices.resync(USER, SERIAL, _ -> step(8))).isEqualTo(Outcome.DONE);
  }

  @Test
  void renamedUserKeepsItsDevice() {
    create();
    store.mfaDevices().enable(USER, SERIAL, _ -> step(7));

    store.users().update(USER, Optional.of("root"), Optional.empty());

    assertThat(store.mfaDevices().find(SERIAL).orElseThrow().userName()).hasValue("root");
    assertThat(store.mfaDevices().ofUser("ROOT")).hasSize(1);
  }

  @Test
  void creationDoesNotShowItsSeed() {
    assertThat(store.mfaDevices().create(SERIAL, Map.of())).hasToString("Creation[DONE]");
  }
}
