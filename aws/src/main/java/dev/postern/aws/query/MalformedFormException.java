package dev.postern.aws.query;

/** A peer sent a form or query string that {@link QueryForm} does not read. */
public final class MalformedFormException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedFormException(String message) {
    super(message);
  }
}
