package dev.postern.agent.registration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentDirectoryTest {
  @TempDir private Path temporary;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void directoryAndFilesAreForTheirOwnerOnly() throws Exception {
    AgentDirectory directory = AgentDirectory.open(temporary.resolve("a/b"));
    directory.write("secret", "x".getBytes(UTF_8));

    assertThat(mode(directory.path())).isEqualTo("rwx------");
    assertThat(mode(directory.resolve("secret"))).isEqualTo("rw-------");
  }

  @Test
  void looseDirectoryIsTightened() throws Exception {
    Path loose = Files.createDirectory(temporary.resolve("loose"));
    Files.setPosixFilePermissions(loose, PosixFilePermissions.fromString("rwxr-xr-x"));

    AgentDirectory.open(loose);

    assertThat(mode(loose)).isEqualTo("rwx------");
  }

  @Test
  void writeReplacesAndLeavesNothingElse() throws Exception {
    AgentDirectory directory = AgentDirectory.open(temporary);
    directory.write("file", "one".getBytes(UTF_8));
    Files.writeString(directory.resolve("file.new"), "left by a crash");
    directory.write("file", "two".getBytes(UTF_8));

    assertThat(directory.read("file")).hasValue("two".getBytes(UTF_8));
    assertThat(directory.path()).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void absentFileIsEmpty() throws Exception {
    assertThat(AgentDirectory.open(temporary).read("absent")).isEmpty();
  }

  @Test
  void fileInThePlaceOfTheDirectoryIsSaidClearly() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "");

    assertThatThrownBy(() -> AgentDirectory.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no directory");
  }

  @Test
  void onlyOneAgentHasTheLock() throws Exception {
    AgentDirectory directory = AgentDirectory.open(temporary);
    try (FileLock lock = directory.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(directory::lock).hasMessageContaining("another agent is running");
    }
    directory.lock().close();
  }

  @Test
  void usualPlaceDependsOnTheAccount() {
    assertThat(AgentDirectory.defaultPath(Map.of("HOME", "/h"), true))
        .isEqualTo(Path.of("/var/lib/postern-agent"));
    assertThat(AgentDirectory.defaultPath(Map.of("XDG_STATE_HOME", "/s", "HOME", "/h"), false))
        .isEqualTo(Path.of("/s/postern-agent"));
    assertThat(AgentDirectory.defaultPath(Map.of("XDG_STATE_HOME", "rel", "HOME", "/h"), false))
        .isEqualTo(Path.of("/h/.local/state/postern-agent"));
  }
}
