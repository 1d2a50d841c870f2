package dev.postern.server;

import dev.postern.server.store.MasterKey;
import dev.postern.server.store.PrivateFile;
import dev.postern.server.store.Resealing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Puts a new master key in the old one's place, so that at every moment the key in force is on disk
 * and can be told: the new key is written beside the old one, then the database changes in one
 * transaction, its mark included, then the new file takes the old one's name. Whatever is left of a
 * rotation that was cut off is settled by the mark. The data directory is locked throughout.
 */
final class MasterKeyRotation {
  /** The new key where the environment holds the old one. */
  static final String NEW_KEY_VARIABLE = "POSTERN_NEW_MASTER_KEY";

  /** How far a rotation has come; a cut between any two of them loses nothing. */
  enum Point {
    KEY_WRITTEN,
    BEFORE_COMMIT,
    RESEALED,
    RENAMED
  }

  private final DataDirectory data;
  private final RandomGenerator random;

  MasterKeyRotation(DataDirectory data, RandomGenerator random) {
    this.data = data;
    this.random = random;
  }

  /** Completes or undoes a rotation that was cut off. */
  void settle() throws IOException {
    Path fresh = data.newMasterKeyFile();
    Path old = data.masterKeyFile();
    if (!Files.exists(fresh)) {
      return;
    }
    if (isUsed() && Resealing.isInForce(data.database(), MasterKey.read(fresh, random))) {
      PrivateFile.rename(fresh, old);
    } else if (!isUsed()
        || (Files.exists(old)
            && Resealing.isInForce(data.database(), MasterKey.read(old, random)))) {
      Files.delete(fresh);
    } else {
      throw new StartFailure(
          "neither " + old + " nor " + fresh + " is the key that the database was sealed with");
    }
  }

  private boolean isUsed() throws IOException {
    return Files.exists(data.database()) && Files.size(data.database()) > 0;
  }

  /**
   * Rotates.
   *
   * @param reached told after each step
   * @return how many secrets lie under the new key now
   */
  int run(Map<String, String> environment, Consumer<Point> reached) throws IOException {
    if (!isUsed()) {
      throw new StartFailure(data.database() + " does not exist: there is nothing to rotate");
    }
    boolean inEnvironment =
        !environment.getOrDefault(DataDirectory.MASTER_KEY_VARIABLE, "").isEmpty();
    String given = environment.getOrDefault(NEW_KEY_VARIABLE, "");
    if (inEnvironment != !given.isEmpty()) {
      throw new StartFailure(
          inEnvironment
              ? "the master key is in %s: put the new one (base64 of 32 bytes) into %s, and after"
                      .formatted(DataDirectory.MASTER_KEY_VARIABLE, NEW_KEY_VARIABLE)
                  + " the rotation into "
                  + DataDirectory.MASTER_KEY_VARIABLE
              : NEW_KEY_VARIABLE
                  + " is only for servers whose key is in "
                  + DataDirectory.MASTER_KEY_VARIABLE);
    }
    MasterKey old = data.masterKey(environment, random);
    if (inEnvironment) {
      return Resealing.run(data.database(), old, parse(given), () -> {});
    }
    MasterKey fresh = MasterKey.create(data.newMasterKeyFile(), random);
    reached.accept(Point.KEY_WRITTEN);
    int count =
        Resealing.run(data.database(), old, fresh, () -> reached.accept(Point.BEFORE_COMMIT));
    reached.accept(Point.RESEALED);
    PrivateFile.rename(data.newMasterKeyFile(), data.masterKeyFile());
    reached.accept(Point.RENAMED);
    return count;
  }

  private MasterKey parse(String given) {
    try {
      return MasterKey.parse(given, random);
    } catch (IllegalArgumentException malformed) {
      throw new StartFailure(NEW_KEY_VARIABLE + ": " + malformed.getMessage(), malformed);
    }
  }
}
