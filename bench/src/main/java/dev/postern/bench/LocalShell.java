package dev.postern.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The baseline: a shell at a PTY of this machine, held by {@code script}, with nothing of Postern
 * in between. Owns a thread that reads its output and ends with the process.
 */
final class LocalShell implements MeasuredShell {
  private static final int READ_BYTES_MAX = 4096;
  private static final long END_SECONDS_MAX = 5;

  private final Process process;
  private final OutputStream input;
  private final Screen screen = new Screen();

  private LocalShell(Process process) {
    this.process = process;
    this.input = process.getOutputStream();
  }

  /** A shell that reads no profile. */
  static LocalShell start() throws IOException {
    return start("sh");
  }

  /**
   * The account's own login shell in an empty environment: what an agent starts, profile and all.
   */
  static LocalShell login() throws IOException {
    return start(
        "exec env -i HOME=\"$HOME\" TERM=xterm-256color"
            + " \"$(getent passwd \"$(id -u)\" | cut -d: -f7)\" -l");
  }

  /** The same shell where there is no profile in the account's home. */
  static LocalShell loginWithoutProfile() throws IOException {
    return start(
        "exec env -i HOME=/nonexistent TERM=xterm-256color"
            + " \"$(getent passwd \"$(id -u)\" | cut -d: -f7)\" -l");
  }

  private static LocalShell start(String command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qec", command, "/dev/null").redirectErrorStream(true);
    LocalShell shell = new LocalShell(builder.start());
    // A platform thread: the read blocks in the kernel.
    Thread.ofPlatform().daemon().name("local-shell").start(shell::read);
    return shell;
  }

  private void read() {
    byte[] buffer = new byte[READ_BYTES_MAX];
    try (InputStream output = process.getInputStream()) {
      for (int count = output.read(buffer); count > 0; count = output.read(buffer)) {
        screen.arrived(ByteBuffer.wrap(Arrays.copyOf(buffer, count)));
      }
    } catch (IOException ended) {
      // whoever waits for output says that there is none
    }
  }

  @Override
  public void type(byte key) throws IOException {
    input.write(key);
    input.flush();
  }

  @Override
  public Screen screen() {
    return screen;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    boolean stopped = false;
    try {
      stopped = process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    if (!stopped) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
