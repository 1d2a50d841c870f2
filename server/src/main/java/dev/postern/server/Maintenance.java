package dev.postern.server;

import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.MasterKey;
import dev.postern.server.store.Store;
import dev.postern.server.store.StoreException;
import dev.postern.server.store.StoreOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/**
 * The commands that touch the data directory's files while the server is down; the directory's lock
 * sees to that. Each runs once, on the thread that calls it.
 */
final class Maintenance {
  private static final int FAILURE = 1;

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private final SecureRandom random = new SecureRandom();

  Maintenance(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  int rotateMasterKey(@Nullable Path directory) {
    return run(
        directory,
        data -> {
          int count = new MasterKeyRotation(data, random).run(environment, _ -> {});
          out.println("The master key is a new one; " + count + " secrets lie under it.");
        });
  }

  int recoverAdmin(@Nullable Path directory) {
    return run(
        directory,
        data -> {
          MasterKey masterKey = data.masterKey(environment, random);
          // The history is the running server's to forget: nothing expires while this store is
          // open.
          var options =
              new StoreOptions(
                  data.database(),
                  masterKey,
                  InstantSource.system(),
                  random,
                  false,
                  Duration.ofDays(Integer.MAX_VALUE));
          try (Store store = Store.open(options)) {
            AccessKeyRecord key = store.recoverAdministrator();
            Path file = ClientFiles.writeCredentials(data, key);
            out.println(
                "The user admin has a new access key, " + key.accessKeyId() + ", in " + file);
          }
        });
  }

  /** Work on a data directory that is locked. */
  private interface Work {
    void on(DataDirectory data) throws IOException;
  }

  private int run(@Nullable Path directory, Work work) {
    Path path = directory != null ? directory : DataDirectory.defaultPath(environment);
    try (DataDirectory data = DataDirectory.openExisting(path)) {
      work.on(data);
      return ExitCode.OK;
    } catch (StartFailure | StoreException failure) {
      err.println("postern server: " + failure.getMessage());
    } catch (IOException failure) {
      err.println("postern server: " + DataDirectory.reason(failure));
    }
    return FAILURE;
  }
}
