package dev.postern.server.session;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The whole way of a session's bytes as pure state machines, under random faults. Whatever happens,
 * each end gets each payload of the other once and in order. A failure names its seed:
 *
 * <pre>
 * mvn test -pl server -am -Dtest=ReliableChannelSimulationTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dsurefire.extra=-Dsimulation.seed=N
 * </pre>
 *
 * {@code -Dsimulation.schedules=1000000} in the same place runs as many.
 */
class ReliableChannelSimulationTest {
  private static final long USUAL_SCHEDULES = 100_000;
  private static final Duration USUAL_TIME = Duration.ofMinutes(2);
  private static final long SCHEDULES = Long.getLong("simulation.schedules", USUAL_SCHEDULES);

  @Test
  void everyScheduleDeliversEverythingOnceAndInOrder() {
    Long seed = Long.getLong("simulation.seed");
    if (seed != null) {
      new SimulatedSession(seed).run();
      return;
    }
    long times = Math.ceilDiv(SCHEDULES, USUAL_SCHEDULES);
    assertTimeoutPreemptively(
        USUAL_TIME.multipliedBy(times),
        () ->
            LongStream.range(0, SCHEDULES)
                .parallel()
                .forEach(each -> new SimulatedSession(each).run()));
  }
}
