package dev.postern.wire.handshake;

import java.util.OptionalInt;

/** One number between the dots of a version. */
final class VersionPart {
  private VersionPart() {}

  /** Empty unless the text is a decimal number that fits. */
  static OptionalInt parse(String text) {
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }
}
