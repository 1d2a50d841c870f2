package dev.postern.aws;

/** A peer sent text that is not percent-encoded as RFC 3986 wants it. */
public final class MalformedEncodingException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedEncodingException(String message) {
    super(message);
  }
}
