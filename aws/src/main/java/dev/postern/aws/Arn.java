package dev.postern.aws;

/**
 * The name of a resource or principal, {@code arn:partition:service:region:account:resource}.
 * Region and account may be empty; the resource may hold colons and slashes.
 */
public record Arn(
    String partition, String service, String region, String account, String resource) {
  private static final String SCHEME = "arn:";
  private static final int CHARACTERS_MAX = 2048;
  private static final int PARTS_BEFORE_RESOURCE = 4;

  public Arn {
    requirePart(partition, false);
    requirePart(service, false);
    requirePart(region, true);
    requirePart(account, true);
    if (resource.isEmpty()) {
      throw new IllegalArgumentException("an ARN ends in a resource");
    }
  }

  private static void requirePart(String part, boolean mayBeEmpty) {
    if (part.indexOf(':') >= 0 || (part.isEmpty() && !mayBeEmpty)) {
      throw new IllegalArgumentException("no part of an ARN: '" + part + "'");
    }
  }

  /**
   * Reads an ARN.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static Arn parse(String text) {
    if (!text.startsWith(SCHEME) || text.length() > CHARACTERS_MAX) {
      throw new IllegalArgumentException("not an ARN");
    }
    String[] parts = new String[PARTS_BEFORE_RESOURCE];
    int start = SCHEME.length();
    for (int i = 0; i < parts.length; i++) {
      int end = text.indexOf(':', start);
      if (end < 0) {
        throw new IllegalArgumentException("not an ARN");
      }
      parts[i] = text.substring(start, end);
      start = end + 1;
    }
    return new Arn(parts[0], parts[1], parts[2], parts[3], text.substring(start));
  }

  /** Whether {@link #parse} would take it. */
  public static boolean isValid(String text) {
    try {
      parse(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  @Override
  public String toString() {
    return SCHEME + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
  }
}
