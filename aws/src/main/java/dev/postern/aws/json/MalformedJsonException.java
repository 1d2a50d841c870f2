package dev.postern.aws.json;

/** A peer sent bytes that are no JSON, or JSON beyond the limits of {@link Json}. */
public final class MalformedJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedJsonException(String message) {
    super(message);
  }
}
