package dev.postern.server;

/**
 * Why the server does not start: something that its operator can put right. The message is one
 * clear line without secrets; no stack trace helps.
 */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StartFailure(String message) {
    super(message);
  }

  public StartFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
