package dev.postern.server.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether one side of a session is there, and since when not. Owned by the session's loop. */
final class Presence {
  private final Duration firstMax;
  private final Duration againMax;
  private @Nullable DataChannel channel;
  private boolean seen;
  private long goneSinceNanos;

  /**
   * @param firstMax how long the side may take to come
   * @param againMax how long it may take to come back
   */
  Presence(Duration firstMax, Duration againMax, long nowNanos) {
    this.firstMax = firstMax;
    this.againMax = againMax;
    this.goneSinceNanos = nowNanos;
  }

  @Nullable DataChannel channel() {
    return channel;
  }

  boolean isThere() {
    return channel != null;
  }

  /** Whether it ever was. */
  boolean wasSeen() {
    return seen;
  }

  void arrive(DataChannel arrived) {
    channel = arrived;
    seen = true;
  }

  void leave(long nowNanos) {
    channel = null;
    goneSinceNanos = nowNanos;
  }

  /** Whether it has been gone for longer than it may. */
  boolean isLost(long nowNanos) {
    Duration max = seen ? againMax : firstMax;
    return channel == null && nowNanos - goneSinceNanos > max.toNanos();
  }
}
