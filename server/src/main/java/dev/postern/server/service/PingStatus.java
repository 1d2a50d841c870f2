package dev.postern.server.service;

import dev.postern.server.bus.Bus;
import dev.postern.server.bus.IsConnected;
import dev.postern.server.bus.NoResponder;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a node lives, as DescribeInstanceInformation tells it (spec/agent-service.md 2.2).
 * Constants are the API's texts.
 */
public enum PingStatus {
  /** The control channel is open, or the last ping is younger than two intervals and a minute. */
  Online,
  ConnectionLost,
  /** The agent said so itself. */
  Inactive;

  /** The official agent pings every five minutes. */
  public static final Duration PING_AGE_MAX = Duration.ofMinutes(2 * 5 + 1);

  /** Of a node that may never have pinged. */
  public static PingStatus of(NodeRecord node, Bus bus, Instant now) {
    if (isConnected(bus, node.instanceId())) {
      return Online;
    }
    return node.lastPing().map(ping -> of(ping, now)).orElse(ConnectionLost);
  }

  /** Asks whoever would hold the node's control channel. */
  public static boolean isConnected(Bus bus, String instanceId) {
    try {
      return bus.request(new IsConnected(instanceId));
    } catch (NoResponder nobody) {
      return false;
    }
  }

  private static PingStatus of(Ping ping, Instant now) {
    if (ping.agentStatus().equals("Inactive")) {
      return Inactive;
    }
    return Duration.between(ping.at(), now).compareTo(PING_AGE_MAX) < 0 ? Online : ConnectionLost;
  }
}
