package dev.postern.transport;

import java.net.ProtocolException;

/** The peer broke the rules of RFC 6455; ends the connection with a close code (7.4.1 there). */
final class FramingException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  static final int PROTOCOL_ERROR = 1002;
  static final int INVALID_TEXT = 1007;
  static final int TOO_BIG = 1009;

  private final int closeCode;

  FramingException(int closeCode, String message) {
    super("the WebSocket peer " + message);
    this.closeCode = closeCode;
  }

  int closeCode() {
    return closeCode;
  }
}
