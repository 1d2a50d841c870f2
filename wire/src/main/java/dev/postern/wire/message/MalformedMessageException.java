package dev.postern.wire.message;

/**
 * A peer sent bytes that are no message of this protocol. The text says which rule was broken and
 * never repeats the bytes: they may be session content.
 */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedMessageException(String message) {
    super(message);
  }
}
