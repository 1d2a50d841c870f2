package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** A process that a session started and that no hangup of its terminal reaches. */
record Survivor(long pid) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Has the session's shell start one.
   *
   * @param file that does not exist and that the session can write
   */
  static Survivor start(ClientEnd client, Path file) throws Exception {
    // The number of what setsid makes of itself is known to that process alone.
    client.type(
        "setsid nohup sh -c 'echo $$ >%s; exec sleep 1000' >/dev/null 2>&1 &\n".formatted(file));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(file) || Files.readString(file).isBlank()) {
      assertThat(System.nanoTime()).as("waiting for %s", file).isLessThan(deadline);
      Thread.onSpinWait();
    }
    return new Survivor(Long.parseLong(Files.readString(file).strip()));
  }

  /** Not so a zombie, which only waits for its parent to take note of its end. */
  boolean isAlive() throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
