package dev.postern.agent.shell;

import java.io.Serial;

/** A command line that cannot be split into words. */
public final class MalformedCommandException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public MalformedCommandException(String message) {
    super(message);
  }
}
