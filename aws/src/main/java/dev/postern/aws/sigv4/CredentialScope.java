package dev.postern.aws.sigv4;

/**
 * For what a signing key is good: one day, one region, one service.
 *
 * @param date {@code yyyymmdd}
 * @param service the signing name
 */
public record CredentialScope(String date, String region, String service) {
  static final String TERMINATOR = "aws4_request";

  public CredentialScope {
    if (date.length() != 8 || date.indexOf('/') >= 0) {
      throw new IllegalArgumentException("a scope's date has the form yyyymmdd");
    }
    requirePart(region);
    requirePart(service);
  }

  private static void requirePart(String part) {
    boolean plain = part.chars().allMatch(c -> c > ' ' && c < 127 && c != '/' && c != ',');
    if (part.isEmpty() || !plain) {
      throw new IllegalArgumentException("no region or service name: '" + part + "'");
    }
  }

  @Override
  public String toString() {
    return date + "/" + region + "/" + service + "/" + TERMINATOR;
  }
}
