package dev.postern.server.session;

import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.smux.Frame;

/** What counts as the use of a session: terminal and port bytes, not what only keeps it up. */
final class Activity {
  /** Nobody sends more signs of life at once; longer messages need no look. */
  static final int NOP_BYTES_MAX = 1024;

  private Activity() {}

  /**
   * Whether a stream message that was not seen before shows that somebody uses the session.
   *
   * @param port whether its payload may be a piece of a smux stream
   */
  static boolean isIn(EncodedMessage message, boolean port) {
    int length = message.payloadLength();
    return switch (message.payloadType()) {
      case PayloadType.OUTPUT ->
          length > 0 && !(port && length <= NOP_BYTES_MAX && Frame.areNops(message.payload()));
      case PayloadType.STD_ERR, PayloadType.EXIT_CODE -> length > 0;
      default -> false;
    };
  }
}
