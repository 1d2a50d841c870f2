package dev.postern.server.access.policy;

/**
 * The text of a request's resource or of an ARN among its values, split at its first five colons.
 */
final class ArnText {
  static final int PARTS = 6;

  private final String text;

  /** Six; none when there are fewer. */
  private final String[] parts;

  ArnText(String text) {
    this.text = text;
    String[] split = text.split(":", PARTS);
    this.parts = split.length == PARTS ? split : new String[0];
  }

  String text() {
    return text;
  }

  boolean hasAllParts() {
    return parts.length == PARTS;
  }

  String part(int index) {
    return parts[index];
  }
}
