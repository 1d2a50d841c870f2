package dev.postern.server.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Opens real stores in a directory of a test, with a clock that the test moves. */
public final class TestStore {
  public static final Instant START = Instant.parse("2026-11-23T10:00:00.123Z");
  static final RandomGenerator RANDOM = new SecureRandom();

  private final Path directory;
  private Instant now = START;
  private @Nullable Store opened;

  public TestStore(Path directory) {
    this.directory = directory;
  }

  public Store open() throws Exception {
    opened = Store.open(options());
    return opened;
  }

  /** The store that was opened last. */
  Store opened() {
    return Objects.requireNonNull(opened, "not opened yet");
  }

  StoreOptions options() throws Exception {
    Path keyFile = directory.resolve("master.key");
    MasterKey key =
        Files.exists(keyFile) ? MasterKey.read(keyFile, RANDOM) : MasterKey.create(keyFile, RANDOM);
    return options(key, true);
  }

  StoreOptions options(MasterKey key, boolean autocreatePreferences) {
    return new StoreOptions(
        database(), key, clock(), RANDOM, autocreatePreferences, Duration.ofDays(30));
  }

  Path database() {
    return directory.resolve("postern.db");
  }

  InstantSource clock() {
    return () -> now;
  }

  public Instant now() {
    return now;
  }

  public void advance(Duration duration) {
    now = now.plus(duration);
  }
}
