package dev.postern.server;

import dev.postern.server.session.GatewayTime;
import java.time.Duration;
import java.time.Instant;

/** The machine's time, and what a test lets pass besides. Safe for use by many threads. */
public final class MovableTime {
  private volatile Duration passed = Duration.ZERO;

  /** Lets time pass at once: by the hour and by the steady count alike. */
  public void advance(Duration duration) {
    passed = passed.plus(duration);
  }

  public Instant now() {
    return Instant.now().plus(passed);
  }

  public GatewayTime gatewayTime() {
    return new GatewayTime(this::now, () -> System.nanoTime() + passed.toNanos());
  }
}
