package dev.postern.server.service.ssm;

import dev.postern.server.bus.Bus;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a node lives, as DescribeInstanceInformation tells it (spec/agent-service.md 2.2).
 * Constants are the API's texts.
 */
enum PingStatus {
  /** The control channel is open, or the last ping is younger than two intervals and a minute. */
  Online,
  ConnectionLost,
  /** The agent said so itself. */
  Inactive;

  /** The official agent pings every five minutes. */
  static final Duration PING_AGE_MAX = Duration.ofMinutes(2 * 5 + 1);

  /** Of a node that may never have pinged. */
  static PingStatus of(NodeRecord node, Bus bus, Instant now) {
    if (GetConnectionStatus.isConnected(bus, node.instanceId())) {
      return Online;
    }
    return node.lastPing().map(ping -> of(ping, now)).orElse(ConnectionLost);
  }

  private static PingStatus of(Ping ping, Instant now) {
    if (ping.agentStatus().equals("Inactive")) {
      return Inactive;
    }
    return Duration.between(ping.at(), now).compareTo(PING_AGE_MAX) < 0 ? Online : ConnectionLost;
  }
}
