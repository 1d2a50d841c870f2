package dev.postern.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Unused connections, at most one per target. Safe for use by many threads. */
final class IdleConnections {
  private static final int TARGETS_MAX = 16;
  private static final long IDLE_NANOS_MAX = Duration.ofSeconds(30).toNanos();

  private record Kept(Connection connection, long sinceNanos) {}

  private final Map<Target, Kept> byTarget = new HashMap<>();

  /** A connection that was alive a moment ago, null when there is none. */
  @Nullable Connection take(Target target, long nowNanos) {
    Connection kept = takeUnchecked(target, nowNanos);
    if (kept == null || kept.isQuiet()) {
      return kept;
    }
    kept.close();
    return null;
  }

  /** The same for who can do without: its peer may have closed it. */
  @Nullable Connection takeUnchecked(Target target, long nowNanos) {
    List<Kept> old = new ArrayList<>();
    Kept kept;
    synchronized (byTarget) {
      kept = byTarget.remove(target);
      byTarget.values().removeIf(other -> isOld(other, nowNanos) && old.add(other));
    }
    old.forEach(other -> other.connection.close());
    if (kept == null) {
      return null;
    }
    if (isOld(kept, nowNanos)) {
      kept.connection.close();
      return null;
    }
    return kept.connection;
  }

  private static boolean isOld(Kept kept, long nowNanos) {
    return nowNanos - kept.sinceNanos > IDLE_NANOS_MAX;
  }

  /** Keeps a connection, or closes it when one for that target or enough others are kept. */
  void keep(Target target, Connection connection, long nowNanos) {
    synchronized (byTarget) {
      if (byTarget.size() < TARGETS_MAX
          && byTarget.putIfAbsent(target, new Kept(connection, nowNanos)) == null) {
        return;
      }
    }
    connection.close();
  }

  void closeAll() {
    synchronized (byTarget) {
      byTarget.values().forEach(kept -> kept.connection.close());
      byTarget.clear();
    }
  }
}
