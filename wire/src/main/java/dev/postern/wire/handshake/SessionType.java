package dev.postern.wire.handshake;

/**
 * The session types of a document (spec/data-channel.md 6.1). Not an enum: a peer may ask for one
 * that this version does not know.
 */
public final class SessionType {
  public static final String STANDARD_STREAM = "Standard_Stream";
  public static final String INTERACTIVE_COMMANDS = "InteractiveCommands";
  public static final String NON_INTERACTIVE_COMMANDS = "NonInteractiveCommands";
  public static final String PORT = "Port";

  private SessionType() {}

  /**
   * Whether a session of this type starts with a handshake; encryption applies to shells only, and
   * an ordinary unencrypted shell has no handshake at all.
   */
  public static boolean hasHandshake(String sessionType, boolean encrypted) {
    return encrypted || sessionType.equals(NON_INTERACTIVE_COMMANDS) || sessionType.equals(PORT);
  }
}
