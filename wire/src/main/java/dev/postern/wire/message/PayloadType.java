package dev.postern.wire.message;

/** The numbers in the PayloadType field of stream messages (spec/data-channel.md 4.1). */
public final class PayloadType {
  /** Control messages: the message type tells the payload's form. */
  public static final int NONE = 0;

  public static final int OUTPUT = 1;
  public static final int ERROR = 2;
  public static final int SIZE = 3;
  public static final int PARAMETER = 4;
  public static final int HANDSHAKE_REQUEST = 5;
  public static final int HANDSHAKE_RESPONSE = 6;
  public static final int HANDSHAKE_COMPLETE = 7;
  public static final int ENC_CHALLENGE_REQUEST = 8;
  public static final int ENC_CHALLENGE_RESPONSE = 9;
  public static final int FLAG = 10;
  public static final int STD_ERR = 11;
  public static final int EXIT_CODE = 12;

  private PayloadType() {}

  /** Handshake and challenge: acknowledged before they are processed (spec/data-channel.md 5.2). */
  public static boolean isHandshake(int payloadType) {
    return payloadType >= HANDSHAKE_REQUEST && payloadType <= ENC_CHALLENGE_RESPONSE;
  }
}
