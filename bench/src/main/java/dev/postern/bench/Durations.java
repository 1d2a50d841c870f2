package dev.postern.bench;

import java.util.Arrays;
import java.util.Locale;

/** The samples of one measured thing. Used by one thread. */
final class Durations {
  private static final double NANOS_PER_MILLI = 1e6;

  private final String name;
  private final long[] nanos;
  private int count;

  Durations(String name, int capacity) {
    this.name = name;
    this.nanos = new long[capacity];
  }

  void add(long sample) {
    nanos[count++] = sample;
  }

  static String heading() {
    return String.format(
        Locale.ROOT, "%-52s %5s %9s %9s %9s", "milliseconds", "n", "p50", "p90", "p99");
  }

  /** One line of the table: nearest-rank percentiles. */
  String row() {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%-52s %5d %9.3f %9.3f %9.3f",
        name,
        count,
        percentile(sorted, 50),
        percentile(sorted, 90),
        percentile(sorted, 99));
  }

  double medianMillis() {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return percentile(sorted, 50);
  }

  private static double percentile(long[] sorted, int percent) {
    int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
    return sorted[Math.max(rank, 1) - 1] / NANOS_PER_MILLI;
  }
}
