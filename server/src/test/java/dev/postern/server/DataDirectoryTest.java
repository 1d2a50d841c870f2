package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.postern.server.store.MasterKey;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DataDirectoryTest {
  @TempDir Path parent;

  @Test
  void directoryIsMadeForItsOwnerOnly() throws Exception {
    Path path = parent.resolve("a/b/data");

    try (DataDirectory data = DataDirectory.open(path)) {
      assertThat(data.path()).isEqualTo(path);
      assertThat(Files.getPosixFilePermissions(path))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      assertThat(Files.getPosixFilePermissions(data.tls()))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void openDirectoryOfOursIsNarrowed() throws Exception {
    DataDirectory.open(parent.resolve("data")).close();
    Files.setPosixFilePermissions(
        parent.resolve("data"), PosixFilePermissions.fromString("rwxr-xr-x"));

    DataDirectory.open(parent.resolve("data")).close();

    assertThat(Files.getPosixFilePermissions(parent.resolve("data")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void directoryWithOtherThingsIsRefusedAndLeftAsItIs() throws Exception {
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(parent.resolve("thesis.txt"), "x");

    assertThatThrownBy(() -> DataDirectory.open(parent))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("holds other things");
    assertThat(Files.getPosixFilePermissions(parent))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void rootOfAFileSystemIsTaken() throws Exception {
    Files.createDirectory(parent.resolve("lost+found"));

    DataDirectory.open(parent).close();
  }

  @Test
  void fileInPlaceOfTheDirectoryIsRefused() throws Exception {
    Path file = Files.writeString(parent.resolve("file"), "x");

    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(StartFailure.class)
        .hasMessage("the data directory " + file + " is not a directory");
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("below")))
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith("cannot use the data directory " + file.resolve("below") + ": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void unwritableDirectoryIsRefusedInOneLine() throws Exception {
    assumeFalse(System.getProperty("user.name").equals("root"), "root writes everywhere");
    Path path = Files.createDirectory(parent.resolve("data"));
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("r-x------"));

    assertThatThrownBy(() -> DataDirectory.open(path.resolve("x")))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("permission denied");
  }

  @Test
  void secondServerOfThisProcessIsRefused() {
    try (DataDirectory first = DataDirectory.open(parent)) {
      assertThatThrownBy(() -> DataDirectory.open(parent))
          .isInstanceOf(StartFailure.class)
          .hasMessage(
              "another server (process "
                  + ProcessHandle.current().pid()
                  + ") uses the data directory "
                  + first.path());
    }
    DataDirectory.open(parent).close();
  }

  @Test
  void secondServerIsRefusedUntilTheFirstIsKilled() throws Exception {
    Path path = parent.resolve("data");
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Holder.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).isEqualTo("open");

      assertThatThrownBy(() -> DataDirectory.open(path))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("another server (process " + holder.pid() + ")");
    } finally {
      holder.destroyForcibly().waitFor();
    }

    DataDirectory.open(path).close();
  }

  /** A program that holds a data directory until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      DataDirectory data = DataDirectory.open(Path.of(arguments[0]));
      System.out.println("open");
      System.in.read();
      data.close();
    }
  }

  @Test
  void masterKeyIsMadeOnceAndNeverReplaced() throws Exception {
    SecureRandom random = new SecureRandom();
    try (DataDirectory data = DataDirectory.open(parent)) {
      data.masterKey(Map.of(), random);
      Path file = parent.resolve("master.key");
      String key = Files.readString(file);
      data.masterKey(Map.of(), random);
      assertThat(Files.readString(file)).isEqualTo(key);

      Files.writeString(data.database(), "content");
      Files.delete(file);
      assertThatThrownBy(() -> data.masterKey(Map.of(), random))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("master.key is missing");
      assertThat(data.masterKey(Map.of(DataDirectory.MASTER_KEY_VARIABLE, key), random))
          .isInstanceOf(MasterKey.class);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void badMasterKeyOfTheEnvironmentIsToldByItsName() {
    try (DataDirectory data = DataDirectory.open(parent)) {
      Map<String, String> environment = Map.of(DataDirectory.MASTER_KEY_VARIABLE, "c2hvcnQ=");

      assertThatThrownBy(() -> data.masterKey(environment, new SecureRandom()))
          .isInstanceOf(StartFailure.class)
          .hasMessage("POSTERN_MASTER_KEY: the master key is not base64 of 32 bytes");
    }
  }

  @Test
  void defaultPathFollowsTheEnvironment() {
    assertThat(DataDirectory.defaultPath(Map.of("POSTERN_DATA", "/d", "HOME", "/h")))
        .isEqualTo(Path.of("/d"));
    assertThat(DataDirectory.defaultPath(Map.of("XDG_STATE_HOME", "/s", "HOME", "/h")))
        .isEqualTo(Path.of("/s/postern"));
    assertThat(DataDirectory.defaultPath(Map.of("XDG_STATE_HOME", "relative", "HOME", "/h")))
        .isEqualTo(Path.of("/h/.local/state/postern"));
    assertThatThrownBy(() -> DataDirectory.defaultPath(Map.of())).isInstanceOf(StartFailure.class);
  }
}
