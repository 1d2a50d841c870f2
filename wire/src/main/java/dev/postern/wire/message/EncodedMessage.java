package dev.postern.wire.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * One agent message as it travels, looked at without copying it (spec/data-channel.md 3).
 *
 * <pre>
 *    0   4  HeaderLength HL: 116, or 112 without PayloadType
 *    4  32  MessageType, padded with spaces or NULs
 *   36   4  SchemaVersion
 *   40   8  CreatedDate, epoch milliseconds
 *   48   8  SequenceNumber
 *   56   8  Flags
 *   64  16  MessageId, least significant half first
 *   80  32  PayloadDigest, SHA-256
 *  112   4  PayloadType (HL 116 only)
 *   HL   4  PayloadLength: not used to cut the payload
 * HL+4   n  Payload, up to the end
 * </pre>
 *
 * <p>Immutable as long as nobody writes into the buffer; safe for any thread.
 */
public final class EncodedMessage {
  static final int HEADER_LENGTH = 116;
  static final int HEADER_LENGTH_WITHOUT_PAYLOAD_TYPE = 112;
  static final int TYPE_OFFSET = 4;
  static final int TYPE_LENGTH = 32;
  static final int SCHEMA_VERSION_OFFSET = 36;
  static final int CREATED_DATE_OFFSET = 40;
  static final int SEQUENCE_NUMBER_OFFSET = 48;
  static final int FLAGS_OFFSET = 56;
  static final int MESSAGE_ID_OFFSET = 64;
  static final int DIGEST_OFFSET = 80;
  static final int DIGEST_LENGTH = 32;
  static final int PAYLOAD_TYPE_OFFSET = 112;

  /** Bytes of a message before its payload when it has all fields. */
  public static final int OVERHEAD = HEADER_LENGTH + Integer.BYTES;

  private final ByteBuffer bytes;
  private final String messageType;

  private EncodedMessage(ByteBuffer bytes) throws MalformedMessageException {
    this.bytes = bytes.slice();
    if (this.bytes.remaining() < TYPE_OFFSET + TYPE_LENGTH) {
      throw new MalformedMessageException("message shorter than its type field");
    }
    this.messageType = readType(this.bytes);
  }

  /**
   * Looks at the remaining bytes of the buffer, which stay where they are: the caller must not
   * change them afterwards.
   *
   * @throws MalformedMessageException when the header length is neither 112 nor 116 or reaches
   *     beyond the end, so that a field could not be read
   */
  public static EncodedMessage of(ByteBuffer bytes) throws MalformedMessageException {
    EncodedMessage message = new EncodedMessage(bytes);
    message.checkLengths();
    return message;
  }

  /**
   * Like {@link #of}, but start and pause publication pass whatever else their header says.
   * Everything but {@link #messageType} of such a message is unusable unless {@link
   * #hasValidLengths}.
   */
  static EncodedMessage lenient(ByteBuffer bytes) throws MalformedMessageException {
    EncodedMessage message = new EncodedMessage(bytes);
    if (!MessageType.isPublication(message.messageType)) {
      message.checkLengths();
    }
    return message;
  }

  /**
   * What a relay must check before it forwards a message, because official receivers go deaf on a
   * bad length (spec/data-channel.md 13.1): length, header length, and a type that this sender may
   * use. The payload and its digest are nobody's business here.
   */
  public static EncodedMessage forRelay(ByteBuffer bytes, Side sender)
      throws MalformedMessageException {
    EncodedMessage message = of(bytes);
    if (!sender.maySend(message.messageType)) {
      throw new MalformedMessageException("message type not allowed from " + sender);
    }
    return message;
  }

  private void checkLengths() throws MalformedMessageException {
    int headerLength = bytes.getInt(0);
    if (headerLength != HEADER_LENGTH && headerLength != HEADER_LENGTH_WITHOUT_PAYLOAD_TYPE) {
      throw new MalformedMessageException("header length is neither 112 nor 116");
    }
    if (headerLength + Integer.BYTES > bytes.limit()) {
      throw new MalformedMessageException("message shorter than its header");
    }
  }

  boolean hasValidLengths() {
    int headerLength = bytes.getInt(0);
    return (headerLength == HEADER_LENGTH || headerLength == HEADER_LENGTH_WITHOUT_PAYLOAD_TYPE)
        && headerLength + Integer.BYTES <= bytes.limit();
  }

  /** NULs are stripped from both ends first, then white space, as the official readers do. */
  private static String readType(ByteBuffer bytes) {
    byte[] field = new byte[TYPE_LENGTH];
    bytes.get(TYPE_OFFSET, field);
    int start = 0;
    int end = TYPE_LENGTH;
    while (start < end && field[start] == 0) {
      start++;
    }
    while (end > start && field[end - 1] == 0) {
      end--;
    }
    return new String(field, start, end - start, ISO_8859_1).strip();
  }

  /** The whole message, ready to be sent on. */
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  public String messageType() {
    return messageType;
  }

  public int schemaVersion() {
    return bytes.getInt(SCHEMA_VERSION_OFFSET);
  }

  public long createdDate() {
    return bytes.getLong(CREATED_DATE_OFFSET);
  }

  public long sequenceNumber() {
    return bytes.getLong(SEQUENCE_NUMBER_OFFSET);
  }

  public long flags() {
    return bytes.getLong(FLAGS_OFFSET);
  }

  public UUID messageId() {
    long least = bytes.getLong(MESSAGE_ID_OFFSET);
    return new UUID(bytes.getLong(MESSAGE_ID_OFFSET + Long.BYTES), least);
  }

  /** {@link PayloadType#NONE} when the header has no such field. */
  public int payloadType() {
    return headerLength() == HEADER_LENGTH ? bytes.getInt(PAYLOAD_TYPE_OFFSET) : PayloadType.NONE;
  }

  int headerLength() {
    return bytes.getInt(0);
  }

  /** What the sender claims, which may differ from the payload's real length. */
  int payloadLengthField() {
    return bytes.getInt(headerLength());
  }

  public int payloadLength() {
    return bytes.limit() - headerLength() - Integer.BYTES;
  }

  /** A view of the payload with a position of its own. */
  public ByteBuffer payload() {
    return bytes.slice(headerLength() + Integer.BYTES, payloadLength());
  }

  /**
   * Whether the PayloadDigest is that of the payload. The client's side checks this, the agent's
   * side never does (spec/data-channel.md 3.5).
   */
  public boolean digestMatches() {
    byte[] claimed = new byte[DIGEST_LENGTH];
    bytes.get(DIGEST_OFFSET, claimed);
    return MessageDigest.isEqual(claimed, sha256(payload()));
  }

  static byte[] sha256(ByteBuffer payload) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(payload);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Names the message without its content. */
  @Override
  public String toString() {
    return "EncodedMessage[" + messageType + ", " + bytes.limit() + " bytes]";
  }
}
