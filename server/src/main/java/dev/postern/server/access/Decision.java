package dev.postern.server.access;

/** What {@link Gate} says. */
public sealed interface Decision {
  /** Go ahead, with this proof. */
  record Allowed(Permit permit) implements Decision {}

  /**
   * Refused.
   *
   * @param resource the first resource that was refused
   * @param explicit whether a Deny statement matched, rather than no Allow
   */
  record Denied(String action, String resource, boolean explicit) implements Decision {}
}
