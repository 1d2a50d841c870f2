package dev.postern.transport;

import java.time.Duration;

/**
 * When a {@link WebSocket} pings and how long it then waits for a sign of life
 * (spec/data-channel.md 2.4).
 *
 * <p>Any byte from the peer counts as a sign of life, not only the pong: a pong may queue behind a
 * lot of data on a slow path.
 *
 * @param firstAfter zero pings directly after the upgrade
 * @param interval between later pings
 * @param silenceMax how long after a ping the peer may stay silent before the connection counts as
 *     lost
 */
public record Keepalive(Duration firstAfter, Duration interval, Duration silenceMax) {
  /**
   * What an agent does on its control channel: often enough for the proxies and firewalls that
   * forget a connection after a minute without traffic.
   */
  public static final Keepalive AGENT =
      new Keepalive(Duration.ofSeconds(54), Duration.ofSeconds(54), Duration.ofSeconds(60));

  /**
   * Where somebody waits for a session: a path that swallows everything is noticed before TCP waits
   * for longer than that before it repeats itself, which it does after 0.2 s, then twice as late
   * each time.
   */
  public static final Keepalive SESSION =
      new Keepalive(Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(5));

  public Keepalive {
    if (firstAfter.isNegative() || !interval.isPositive() || !silenceMax.isPositive()) {
      throw new IllegalArgumentException("keepalive times must be positive");
    }
  }
}
