package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ignored signals are inherited by children, and no shell can undo that: an agent started with
 * nohup, or in the background of a script, would hand out terminals in which Ctrl-C does nothing.
 */
final class InheritedSignals {
  private static final int HIGHEST_CLASSIC = 31;
  private static final String IGNORED = "SigIgn:";

  private InheritedSignals() {}

  /** From now on children start with the default actions. This process goes on ignoring. */
  static void reset() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(IGNORED)) {
        long ignored = Long.parseUnsignedLong(line.substring(IGNORED.length()).trim(), 16);
        for (int signal = 1; signal <= HIGHEST_CLASSIC; signal++) {
          if ((ignored & (1L << (signal - 1))) != 0) {
            Libc.catchIgnored(signal);
          }
        }
      }
    }
  }
}
