package dev.postern.agent.shell;

import java.io.Serial;

/** A session cannot run as the account that was asked for; the message is for its user. */
public final class RunAsRefusedException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public RunAsRefusedException(String message) {
    super(message);
  }
}
