package dev.postern.wire.handshake;

import java.util.OptionalInt;

/**
 * A client's version as agents compare it (spec/data-channel.md 6.3): number by number, a missing
 * part is less than any. A text that is no version counts as the oldest.
 */
public record ClientVersion(String text) {

  /** Many TCP clients over one session instead of one at a time. */
  public boolean supportsMux() {
    return compareTo("1.1.70") >= 0;
  }

  /** Whether the agent must leave smux keep-alive off. */
  public boolean disablesSmuxKeepAlive() {
    return compareTo("1.2.331.0") > 0;
  }

  /** Whether the client tells stdout, stderr and exit code apart. */
  public boolean supportsSeparateOutput() {
    return compareTo("1.2.295") > 0;
  }

  /** Negative, zero or positive as this version is older, equal or later. */
  public int compareTo(String other) {
    String[] mine = text.split("\\.", -1);
    String[] theirs = other.split("\\.", -1);
    for (int i = 0; i < Math.min(mine.length, theirs.length); i++) {
      OptionalInt left = VersionPart.parse(mine[i]);
      OptionalInt right = VersionPart.parse(theirs[i]);
      if (left.isEmpty() || right.isEmpty()) {
        return Boolean.compare(left.isPresent(), right.isPresent());
      }
      int order = Integer.compare(left.getAsInt(), right.getAsInt());
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(mine.length, theirs.length);
  }
}
