package dev.postern.transport;

import java.io.IOException;

/** Says that the service no longer knows the session. */
public final class SessionEndedException extends IOException {
  private static final long serialVersionUID = 1L;

  public SessionEndedException(String message) {
    super(message);
  }
}
