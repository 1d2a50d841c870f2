package dev.postern.server;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;

/** Rotates the master key of a directory and kills itself with SIGKILL at a named point. */
final class RotationProcess {
  private RotationProcess() {}

  /** Arguments: the data directory, the point. */
  public static void main(String[] args) throws Exception {
    var end = MasterKeyRotation.Point.valueOf(args[1]);
    try (DataDirectory data = DataDirectory.openExisting(Path.of(args[0]))) {
      new MasterKeyRotation(data, new SecureRandom())
          .run(
              Map.of(),
              point -> {
                if (point == end) {
                  kill();
                }
              });
    }
  }

  private static void kill() {
    try {
      new ProcessBuilder("kill", "-9", String.valueOf(ProcessHandle.current().pid()))
          .start()
          .waitFor();
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
