package dev.postern.transport;

import java.time.Duration;

/**
 * How long a {@link WebSocket} waits and how much it takes in.
 *
 * @param messageBytesMax of one received message, all its fragments together
 * @param connectTimeout for TCP, proxy, TLS and the upgrade together
 * @param keepalive when to ping
 */
public record WebSocketLimits(int messageBytesMax, Duration connectTimeout, Keepalive keepalive) {
  /** Far above what any known sender of this protocol puts into one message. */
  public static final int MESSAGE_BYTES_MAX_DEFAULT = 1 << 20;

  /** The official plugin's limit for the whole handshake. */
  public static final Duration CONNECT_TIMEOUT_DEFAULT = Duration.ofSeconds(45);

  public static final WebSocketLimits AGENT = withKeepalive(Keepalive.AGENT);

  /** Of an agent's connection that carries a session. */
  public static final WebSocketLimits AGENT_SESSION = withKeepalive(Keepalive.SESSION);

  public WebSocketLimits {
    if (messageBytesMax < 1 || !connectTimeout.isPositive()) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  /** The defaults with the given keepalive. */
  public static WebSocketLimits withKeepalive(Keepalive keepalive) {
    return new WebSocketLimits(MESSAGE_BYTES_MAX_DEFAULT, CONNECT_TIMEOUT_DEFAULT, keepalive);
  }

  public WebSocketLimits withConnectTimeout(Duration timeout) {
    return new WebSocketLimits(messageBytesMax, timeout, keepalive);
  }

  public WebSocketLimits withMessageBytesMax(int bytes) {
    return new WebSocketLimits(bytes, connectTimeout, keepalive);
  }
}
