package dev.postern.server.bus;

/** Nobody holds the subject of a question. Known at once, never after a time-out. */
public final class NoResponder extends Exception {
  private static final long serialVersionUID = 1L;

  public NoResponder(String subject) {
    super("nobody answers for " + subject);
  }
}
