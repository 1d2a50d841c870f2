package dev.postern.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command on a real pseudo-terminal, typed at and read from. {@code script} of util-linux makes
 * the terminal; resizing goes through {@code stty} on it from outside, as a terminal emulator's
 * would.
 */
final class Terminal implements AutoCloseable {
  private final Process process;
  private final OutputStream keyboard;
  private final Output screen;
  private final String device;
  private final Shell shell;

  /** Starts the command with the terminal's size already set. */
  Terminal(Shell shell, int columns, int rows, String command) throws IOException {
    this.shell = shell;
    String inner =
        "tty; stty cols "
            + columns
            + " rows "
            + rows
            + "; stty -a >\"$POSTERN_STTY_BEFORE\"; "
            + command;
    process = shell.start(List.of("script", "-qefc", inner, "/dev/null"));
    keyboard = process.getOutputStream();
    screen = new Output(process.getInputStream());
    device = screen.expect("(/dev/pts/\\d+)").group(1);
  }

  Output screen() {
    return screen;
  }

  void type(String text) {
    try {
      keyboard.write(text.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    } catch (IOException lost) {
      throw new UncheckedIOException(lost);
    }
  }

  void resize(int columns, int rows) {
    shell.run(List.of("stty", "-F", device, "cols", "" + columns, "rows", "" + rows)).orFail();
  }

  /** The program that runs here: of those that started each other, the last. */
  ProcessHandle program() {
    return process
        .descendants()
        .filter(started -> started.children().findAny().isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /** Whether the command ends within a time. */
  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits for the end and returns the exit code. */
  int exitCode() throws InterruptedException {
    if (!endsWithin(Output.TIMEOUT)) {
      throw new AssertionError("did not end; the screen shows:\n" + screen.all());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
