package dev.postern.e2e;

/** How a command ended: its exit code and all that it printed. */
record Finished(int exitCode, String out, String err) {
  Finished orFail() {
    if (exitCode != 0) {
      throw new AssertionError("exit code " + exitCode + "\nstdout:\n" + out + "\nstderr:\n" + err);
    }
    return this;
  }
}
