package dev.postern.agent.control;

import dev.postern.aws.Fault;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Tells the service every few minutes that this node is there and what it is. Runs on a thread of
 * its own, so that a failing ping never delays the control channel; ended by interruption.
 */
public final class Pings {
  private static final Logger LOG = System.getLogger(Pings.class.getName());
  private static final Duration INTERVAL = Duration.ofMinutes(5);
  private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
  private static final Duration RETRY_MAX = Duration.ofSeconds(30);
  private static final String OPERATION = "UpdateInstanceInformation";

  /** Makes a call of the Systems Manager API. */
  @FunctionalInterface
  public interface Caller {
    Map<String, Object> call(String operation, Map<String, Object> input) throws IOException;
  }

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    void of(Duration duration) throws InterruptedException;
  }

  private final String instanceId;
  private final Caller caller;
  private final RandomGenerator random;
  private final Pause pause;

  public Pings(String instanceId, Caller caller, RandomGenerator random) {
    this(instanceId, caller, random, Thread::sleep);
  }

  Pings(String instanceId, Caller caller, RandomGenerator random, Pause pause) {
    this.instanceId = instanceId;
    this.caller = caller;
    this.random = random;
    this.pause = pause;
  }

  /** Pings until interrupted. */
  public void run() throws InterruptedException {
    untilAccepted(NodeProfile.emptyPing(instanceId));
    while (true) {
      untilAccepted(NodeProfile.read().fullPing(instanceId));
      pause.of(INTERVAL);
    }
  }

  private void untilAccepted(Map<String, Object> ping) throws InterruptedException {
    Duration wait = RETRY_FIRST;
    while (true) {
      try {
        caller.call(OPERATION, ping);
        return;
      } catch (IOException | Fault failed) {
        LOG.log(Level.WARNING, "ping failed: {0}", failed.getMessage());
      }
      long half = wait.toMillis() / 2;
      pause.of(Duration.ofMillis(half + random.nextLong(half + 1)));
      wait = wait.multipliedBy(2).compareTo(RETRY_MAX) < 0 ? wait.multipliedBy(2) : RETRY_MAX;
    }
  }
}
