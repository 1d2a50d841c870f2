package dev.postern.agent.shell;

import java.io.IOException;
import java.io.Serial;

/** A call of the operating system that failed. */
final class PosixException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final int errno;

  PosixException(String call, int errno) {
    super(call + " failed with errno " + errno);
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}
