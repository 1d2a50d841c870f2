package dev.postern.wire.handshake;

import java.util.OptionalInt;

/**
 * An agent's version as clients compare it (spec/data-channel.md 6.3): exactly four integers, and
 * anything else counts as older than everything.
 */
public record AgentVersion(String text) {
  private static final int PARTS = 4;

  /** Many TCP clients over one session instead of one at a time. */
  public boolean supportsMux() {
    return isLaterThan("3.0.196.0");
  }

  /** Whether the client must leave smux keep-alive off. */
  public boolean disablesSmuxKeepAlive() {
    return isLaterThan("3.1.1511.0");
  }

  /** Whether a basic port session ends by a flag; else by the TerminateSession API. */
  public boolean supportsTerminateFlag() {
    return isLaterThan("2.3.722.0");
  }

  /** Strictly later; false whenever either text is not four integers. */
  public boolean isLaterThan(String other) {
    String[] mine = text.split("\\.", -1);
    String[] theirs = other.split("\\.", -1);
    if (mine.length != PARTS || theirs.length != PARTS) {
      return false;
    }
    int order = 0;
    for (int i = 0; i < PARTS; i++) {
      OptionalInt left = VersionPart.parse(mine[i]);
      OptionalInt right = VersionPart.parse(theirs[i]);
      if (left.isEmpty() || right.isEmpty()) {
        return false;
      }
      if (order == 0) {
        order = Integer.compare(left.getAsInt(), right.getAsInt());
      }
    }
    return order > 0;
  }
}
