package dev.postern.server.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceRangesTest {
  @Test
  void agreesWithAPlainSet() {
    Random random = new Random(11);
    SequenceRanges ranges = new SequenceRanges();
    Set<Long> plain = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      long number = random.nextInt(3000);
      ranges.add(number);
      plain.add(number);
    }

    for (long number = -1; number <= 3000; number++) {
      assertEquals(plain.contains(number), ranges.contains(number));
    }
    assertEquals(plain.size(), ranges.count());
  }

  @Test
  void forgetsWhatWouldNeedTooManyRanges() {
    SequenceRanges ranges = new SequenceRanges();
    for (long i = 0; i < SequenceRanges.RANGES_MAX + 10L; i++) {
      ranges.add(i * 2);
    }

    assertTrue(ranges.contains(0));
    assertFalse(ranges.contains((SequenceRanges.RANGES_MAX + 5L) * 2));
    ranges.add(1);
    ranges.add((SequenceRanges.RANGES_MAX + 5L) * 2);
    assertTrue(ranges.contains((SequenceRanges.RANGES_MAX + 5L) * 2));
  }
}
