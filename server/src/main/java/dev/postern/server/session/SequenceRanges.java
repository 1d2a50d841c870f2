package dev.postern.server.session;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of sequence numbers that is mostly one run. Bounded: a number that would need one range too
 * many is not remembered. Owned by its direction; not thread-safe.
 */
final class SequenceRanges {
  static final int RANGES_MAX = 4096;

  /** First to last of each range, both in it. */
  private final TreeMap<Long, Long> lastByFirst = new TreeMap<>();

  private long count;

  boolean contains(long number) {
    Map.Entry<Long, Long> below = lastByFirst.floorEntry(number);
    return below != null && number <= below.getValue();
  }

  /** Adds a number that is not in the set yet. */
  void add(long number) {
    if (contains(number)) {
      return;
    }
    Map.Entry<Long, Long> below = lastByFirst.lowerEntry(number);
    Long above = lastByFirst.get(number + 1);
    boolean extendsBelow = below != null && below.getValue() == number - 1;
    if (!extendsBelow && above == null && lastByFirst.size() >= RANGES_MAX) {
      return;
    }
    if (above != null) {
      lastByFirst.remove(number + 1);
    }
    lastByFirst.put(
        extendsBelow && below != null ? below.getKey() : number, above == null ? number : above);
    count++;
  }

  /** How many numbers are in the set. */
  long count() {
    return count;
  }
}
