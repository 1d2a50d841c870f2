package dev.postern.server.access.policy;

/** The text of a request's resource or of an ARN among its values, with its first five colons. */
final class ArnText {
  static final int PARTS = 6;

  private final String text;

  /**
   * Where each part begins, then the end of the text plus one; empty when there are fewer parts.
   */
  private final int[] starts;

  ArnText(String text) {
    this.text = text;
    int[] found = new int[PARTS + 1];
    int colon = -1;
    for (int part = 0; part < PARTS; part++) {
      found[part] = colon + 1;
      colon = part < PARTS - 1 ? text.indexOf(':', colon + 1) : text.length();
      if (colon < 0) {
        starts = new int[0];
        return;
      }
    }
    found[PARTS] = text.length() + 1;
    starts = found;
  }

  String text() {
    return text;
  }

  boolean hasAllParts() {
    return starts.length > 0;
  }

  int start(int part) {
    return starts[part];
  }

  int end(int part) {
    return starts[part + 1] - 1;
  }

  /** Whether a part is exactly this text. */
  boolean isPart(int part, String value) {
    return end(part) - start(part) == value.length() && text.startsWith(value, start(part));
  }
}
