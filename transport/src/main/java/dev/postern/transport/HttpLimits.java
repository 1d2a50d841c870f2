package dev.postern.transport;

import java.time.Duration;

/**
 * How long an {@link HttpsClient} waits and how much it takes in. Looking up a host name has only
 * the resolver's own limit.
 *
 * @param connectTimeout for TCP, proxy and TLS together
 * @param answerTimeout from the first byte of the request sent to the last byte of the answer
 * @param headerBytesMax of status line and header fields together
 * @param bodyBytesMax of the body after removal of the transfer coding
 */
public record HttpLimits(
    Duration connectTimeout, Duration answerTimeout, int headerBytesMax, int bodyBytesMax) {
  /** What control-plane calls need: they are small and answered quickly. */
  public static final HttpLimits DEFAULT =
      new HttpLimits(Duration.ofSeconds(15), Duration.ofSeconds(60), 64 << 10, 16 << 20);

  public HttpLimits {
    if (!connectTimeout.isPositive() || !answerTimeout.isPositive()) {
      throw new IllegalArgumentException("timeouts must be positive");
    }
    if (headerBytesMax < 1 || bodyBytesMax < 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  public HttpLimits withConnectTimeout(Duration timeout) {
    return new HttpLimits(timeout, answerTimeout, headerBytesMax, bodyBytesMax);
  }

  public HttpLimits withAnswerTimeout(Duration timeout) {
    return new HttpLimits(connectTimeout, timeout, headerBytesMax, bodyBytesMax);
  }

  public HttpLimits withBodyBytesMax(int bytes) {
    return new HttpLimits(connectTimeout, answerTimeout, headerBytesMax, bytes);
  }
}
