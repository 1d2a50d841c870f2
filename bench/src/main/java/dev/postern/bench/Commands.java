package dev.postern.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs to their end. */
final class Commands {
  private Commands() {}

  /**
   * Runs a program that reads nothing; how long it took, in nanoseconds.
   *
   * @throws IOException when it failed, with what it printed
   */
  static long run(List<String> command, Duration patience)
      throws IOException, InterruptedException {
    // A file: a program that goes on in the background keeps a pipe open.
    Path printed = Files.createTempFile("postern-bench-", ".out");
    try {
      return run(command, patience, printed);
    } finally {
      Files.delete(printed);
    }
  }

  /** Runs a program that reads nothing; the lines that it printed, of both its streams. */
  static List<String> output(List<String> command, Duration patience)
      throws IOException, InterruptedException {
    Path printed = Files.createTempFile("postern-bench-", ".out");
    try {
      long _ = run(command, patience, printed);
      return Files.readAllLines(printed);
    } finally {
      Files.delete(printed);
    }
  }

  private static long run(List<String> command, Duration patience, Path printed)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException("did not end: " + command + "\n" + Files.readString(printed));
    }
    long took = System.nanoTime() - begun;
    if (process.exitValue() != 0) {
      throw new IOException("failed: " + command + "\n" + Files.readString(printed));
    }
    return took;
  }
}
