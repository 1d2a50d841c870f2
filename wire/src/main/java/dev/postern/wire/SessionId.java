package dev.postern.wire;

/**
 * The name of one session, spelled alike by the API, the agent and the audit trail.
 *
 * @param value {@code <caller's name>-<random suffix>}, 1 to 96 characters of {@code
 *     A-Za-z0-9_+=,.@-}, not {@code .} or {@code ..}, so that it may be a path segment and a file
 *     name (spec/aws-api.md section 5)
 */
public record SessionId(String value) {
  /** The longest id that the API allows. */
  public static final int LENGTH_MAX = 96;

  public SessionId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a session id");
    }
  }

  /**
   * Whether the text has the form of a session id; says nothing about whether such a session
   * exists.
   */
  public static boolean isValid(String value) {
    if (value.isEmpty() || value.length() > LENGTH_MAX || value.equals(".") || value.equals("..")) {
      return false;
    }
    return value.chars().allMatch(SessionId::isAllowed);
  }

  private static boolean isAllowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "_+=,.@-".indexOf(c) >= 0;
  }

  @Override
  public String toString() {
    return value;
  }
}
