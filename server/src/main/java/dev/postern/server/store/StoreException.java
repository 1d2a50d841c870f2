package dev.postern.server.store;

/**
 * The store could not do what it was asked: the disk is full, the database is damaged or too slow.
 * The message is fit for an operator and holds no secret.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
