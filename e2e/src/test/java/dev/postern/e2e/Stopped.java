package dev.postern.e2e;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Stops processes as an operator does, and as a crash does. */
final class Stopped {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Stopped() {}

  /** SIGTERM; false when the process had to be killed after all. */
  static boolean byRequest(Process process) {
    process.destroy();
    if (ended(process)) {
      return true;
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    byKill(process);
    return false;
  }

  /** SIGKILL. */
  static void byKill(Process process) {
    process.destroyForcibly();
    if (!ended(process)) {
      throw new AssertionError("survived SIGKILL: " + process);
    }
  }

  private static boolean ended(Process process) {
    try {
      return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
