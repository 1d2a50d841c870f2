package dev.postern.agent.control;

import java.io.Serial;

/** This node does not run the session it was asked for; the message is for the session's user. */
final class SessionRefusedException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  SessionRefusedException(String message) {
    super(message);
  }
}
