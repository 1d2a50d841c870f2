package dev.postern.server.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The acknowledgements that passed lately and may have been lost with the connection that they were
 * written to. Owned by its direction; not thread-safe.
 */
final class RecentAcknowledgements {
  static final int COUNT_MAX = 512;
  static final long AGE_MAX_NANOS = Duration.ofSeconds(30).toNanos();

  private record Passed(Acknowledged acknowledged, long atNanos) {}

  private final ArrayDeque<Passed> passed = new ArrayDeque<>();

  void add(Acknowledged acknowledged, long nowNanos) {
    passed.addLast(new Passed(acknowledged, nowNanos));
    if (passed.size() > COUNT_MAX) {
      passed.removeFirst();
    }
  }

  List<Acknowledged> all(long nowNanos) {
    while (!passed.isEmpty() && nowNanos - passed.getFirst().atNanos > AGE_MAX_NANOS) {
      passed.removeFirst();
    }
    return passed.stream().map(Passed::acknowledged).toList();
  }
}
