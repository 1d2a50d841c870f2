package dev.postern.server.listener;

import java.nio.charset.StandardCharsets;

/** The text of a close frame, which RFC 6455 section 5.5 bounds. */
final class CloseReason {
  private static final int BYTES_MAX = 123;

  private CloseReason() {}

  /** The text, cut at a character where it is too long. */
  static String fit(String reason) {
    int end = reason.length();
    while (reason.substring(0, end).getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
      end -= Character.isLowSurrogate(reason.charAt(end - 1)) && end > 1 ? 2 : 1;
    }
    return reason.substring(0, end);
  }
}
