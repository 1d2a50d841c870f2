package dev.postern.client.terminal;

import dev.postern.wire.control.TerminalSize;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that this process was started on, if it was. Safe for use by many threads.
 *
 * <p>Raw mode is taken back on every way out of the process that runs code: {@link #restore}, an
 * exception that ends the program, a signal. Only {@code kill -9} leaves the terminal raw.
 */
public final class Terminal {
  private static final int INPUT = 0;
  private static final int OUTPUT = 1;
  private static final int ERROR = 2;

  private final @Nullable Termios original;
  private boolean raw;
  private boolean hooked;

  private Terminal(@Nullable Termios original) {
    this.original = original;
  }

  /** Looks at the descriptors of this process; changes nothing. */
  public static Terminal ofProcess() {
    return new Terminal(KernelTerminal.attributes(INPUT));
  }

  /** Whether a person types into our input. */
  public boolean hasInput() {
    return original != null;
  }

  /** Whether our output goes to a screen and not to a program or a file. */
  public boolean hasOutput() {
    return KernelTerminal.attributes(OUTPUT) != null;
  }

  /** Whether texts for a person reach one. */
  public boolean hasError() {
    return KernelTerminal.attributes(ERROR) != null;
  }

  /** The present size of the screen. */
  public TerminalSize size() {
    TerminalSize size = KernelTerminal.size(OUTPUT);
    return size == null ? TerminalSize.WITHOUT_TERMINAL : size;
  }

  /** Passes every key on as it is from now on; nothing happens where the input is no terminal. */
  public synchronized void enterRaw() throws IOException {
    if (original == null || raw) {
      return;
    }
    if (!hooked) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::restoreAtExit, "terminal-restore"));
      hooked = true;
    }
    raw = true;
    KernelTerminal.apply(INPUT, original.raw());
  }

  /**
   * Sets raw mode again where it was set: after a stop the person's shell has given the terminal
   * its own settings.
   */
  public synchronized void resumed() throws IOException {
    if (original != null && raw) {
      KernelTerminal.apply(INPUT, original.raw());
    }
  }

  public synchronized boolean isRaw() {
    return raw;
  }

  /** Gives the terminal its settings of the start back. Idempotent. */
  public synchronized void restore() throws IOException {
    if (original != null && raw) {
      raw = false;
      KernelTerminal.apply(INPUT, original);
    }
  }

  private void restoreAtExit() {
    try {
      restore();
    } catch (IOException ignored) {
      // the terminal itself is gone: there is nobody to restore it for
    }
  }
}
