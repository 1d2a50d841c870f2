package dev.postern.server.session;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
@Timeout(3600)
class ReliableChannelSimulationTest {
  private static final long SCHEDULES = Long.getLong("simulation.schedules", 100_000);

  @Test
  void everyScheduleDeliversEverythingOnceAndInOrder() {
    Long seed = Long.getLong("simulation.seed");
    if (seed != null) {
      new SimulatedSession(seed).run();
      return;
    }
    LongStream.range(0, SCHEDULES).parallel().forEach(each -> new SimulatedSession(each).run());
  }
}
