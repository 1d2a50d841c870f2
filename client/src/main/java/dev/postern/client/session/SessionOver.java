package dev.postern.client.session;

import java.io.IOException;

/** The server does not resume a session because it has ended. */
final class SessionOver extends IOException {
  private static final long serialVersionUID = 1L;

  SessionOver() {
    super("the session has ended");
  }
}
