package dev.postern.transport;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to dial again.
 *
 * @param giveUpAfter how long after the loss of a connection to stop trying
 */
public record ReconnectPolicy(Delays delays, Duration giveUpAfter) {
  /** The wait before a dial. */
  public interface Delays {
    /**
     * The wait before the next attempt.
     *
     * @param failures 1 after a connection was lost or the first dial failed, and so on
     */
    Duration after(int failures, RandomGenerator random);
  }

  /** Waits of a random part between half and whole of a doubling, bounded delay. */
  public static ReconnectPolicy doubling(Duration first, Duration max, Duration giveUpAfter) {
    return new ReconnectPolicy(
        (failures, random) -> {
          long bound = first.toMillis();
          for (int i = 1; i < failures && bound < max.toMillis(); i++) {
            bound *= 2;
          }
          bound = Math.min(bound, max.toMillis());
          return Duration.ofMillis(bound / 2 + random.nextLong(bound / 2 + 1));
        },
        giveUpAfter);
  }
}
