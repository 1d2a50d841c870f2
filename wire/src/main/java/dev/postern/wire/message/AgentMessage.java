package dev.postern.wire.message;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * One message of a data or control channel, decoded. The bytes are described at {@link
 * EncodedMessage}. Immutable as long as nobody writes into the payload's buffer.
 *
 * @param messageType 1 to 32 visible ASCII characters, see {@link MessageType}
 * @param createdDate epoch milliseconds, not zero: both official receivers refuse zero
 * @param sequenceNumber the sender's counter for stream messages, else 0
 * @param payload the payload, not copied; the accessor hands out views with their own position
 */
public record AgentMessage(
    String messageType,
    int schemaVersion,
    long createdDate,
    long sequenceNumber,
    long flags,
    UUID messageId,
    int payloadType,
    ByteBuffer payload) {

  /** The only schema version there is; receivers do not check it. */
  public static final int SCHEMA_VERSION = 1;

  /** Set by the official agent on its first stream message; never inspected. */
  public static final long FLAG_SYN = 1;

  public static final long FLAG_FIN = 2;

  /** What unsequenced messages of a data channel carry. */
  public static final long FLAGS_DATA_CHANNEL_CONTROL = FLAG_SYN | FLAG_FIN;

  public AgentMessage {
    if (!isValidType(messageType)) {
      throw new IllegalArgumentException("not a message type");
    }
    if (createdDate == 0 && !MessageType.isPublication(messageType)) {
      throw new IllegalArgumentException("created date is zero");
    }
    payload = payload.slice();
  }

  private static boolean isValidType(String type) {
    return !type.isEmpty()
        && type.length() <= EncodedMessage.TYPE_LENGTH
        && type.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /** A stream message; only the agent marks its first one. */
  public static AgentMessage stream(
      Side sender,
      long sequenceNumber,
      long createdDate,
      UUID messageId,
      int payloadType,
      ByteBuffer payload) {
    long flags = sender == Side.AGENT && sequenceNumber == 0 ? FLAG_SYN : 0;
    return new AgentMessage(
        sender.streamType(),
        SCHEMA_VERSION,
        createdDate,
        sequenceNumber,
        flags,
        messageId,
        payloadType,
        payload);
  }

  /** An unsequenced message of a data channel: acknowledge, state, closed, publication. */
  public static AgentMessage onDataChannel(
      String messageType, long createdDate, UUID messageId, ByteBuffer payload) {
    return unsequenced(messageType, createdDate, FLAGS_DATA_CHANNEL_CONTROL, messageId, payload);
  }

  /** A message of a control channel, where flags are 0. */
  public static AgentMessage onControlChannel(
      String messageType, long createdDate, UUID messageId, ByteBuffer payload) {
    return unsequenced(messageType, createdDate, 0, messageId, payload);
  }

  private static AgentMessage unsequenced(
      String messageType, long createdDate, long flags, UUID messageId, ByteBuffer payload) {
    return new AgentMessage(
        messageType, SCHEMA_VERSION, createdDate, 0, flags, messageId, PayloadType.NONE, payload);
  }

  /** A random (version 4) message id. */
  public static UUID newMessageId(RandomGenerator random) {
    long most = (random.nextLong() & ~0xf000L) | 0x4000L;
    long least = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(most, least);
  }

  /**
   * Decodes the remaining bytes of the buffer by the rules of an agent or a service: the digest is
   * not checked. The payload is a view of the buffer, which the caller must leave alone.
   */
  public static AgentMessage decode(ByteBuffer bytes) throws MalformedMessageException {
    return decode(EncodedMessage.of(bytes));
  }

  /** Decodes what {@link EncodedMessage} has looked at. */
  public static AgentMessage decode(EncodedMessage encoded) throws MalformedMessageException {
    if (encoded.createdDate() == 0) {
      throw new MalformedMessageException("created date is zero");
    }
    return fields(encoded);
  }

  /**
   * Decodes by the rules of a client (spec/data-channel.md 3.5): a wrong digest is refused, unless
   * the message says it has no payload; start and pause publication are never validated and come
   * out empty when their header makes no sense.
   */
  public static AgentMessage decodeAsClient(ByteBuffer bytes) throws MalformedMessageException {
    return decodeAsClient(bytes, true);
  }

  /**
   * The same.
   *
   * @param digests whether the sender's messages have digests
   */
  public static AgentMessage decodeAsClient(ByteBuffer bytes, boolean digests)
      throws MalformedMessageException {
    EncodedMessage encoded = EncodedMessage.lenient(bytes);
    if (MessageType.isPublication(encoded.messageType())) {
      return encoded.hasValidLengths() ? fields(encoded) : emptyPublication(encoded.messageType());
    }
    AgentMessage message = decode(encoded);
    if (digests && encoded.payloadLengthField() != 0 && !encoded.digestMatches()) {
      throw new MalformedMessageException("payload does not match its digest");
    }
    return message;
  }

  private static AgentMessage fields(EncodedMessage encoded) throws MalformedMessageException {
    if (!isValidType(encoded.messageType())) {
      throw new MalformedMessageException("message type is empty or not ASCII");
    }
    return new AgentMessage(
        encoded.messageType(),
        encoded.schemaVersion(),
        encoded.createdDate(),
        encoded.sequenceNumber(),
        encoded.flags(),
        encoded.messageId(),
        encoded.payloadType(),
        encoded.payload());
  }

  private static AgentMessage emptyPublication(String messageType) {
    return onDataChannel(messageType, 0, new UUID(0, 0), ByteBuffer.allocate(0));
  }

  /** The whole message with the header length 116, spaces as padding and a correct digest. */
  public ByteBuffer encode() {
    return encodeInPlace(PayloadBuffer.copyOf(payload), true);
  }

  /**
   * The same without copying the payload: the header is written before it.
   *
   * @param roomy the payload of this message, with as many bytes before its position as a header
   *     needs; it becomes the message's
   * @param digest false for zeros in its place, for a peer that agreed to that
   * @throws IllegalArgumentException when there is no room for the header
   */
  public ByteBuffer encodeInPlace(ByteBuffer roomy, boolean digest) {
    int start = roomy.position() - EncodedMessage.OVERHEAD;
    if (start < 0) {
      throw new IllegalArgumentException("no room for a header before the payload");
    }
    byte[] type = Arrays.copyOf(messageType.getBytes(US_ASCII), EncodedMessage.TYPE_LENGTH);
    Arrays.fill(type, messageType.length(), type.length, (byte) ' ');
    return roomy
        .slice(start, EncodedMessage.OVERHEAD + roomy.remaining())
        .putInt(EncodedMessage.HEADER_LENGTH)
        .put(type)
        .putInt(schemaVersion)
        .putLong(createdDate)
        .putLong(sequenceNumber)
        .putLong(flags)
        .putLong(messageId.getLeastSignificantBits())
        .putLong(messageId.getMostSignificantBits())
        .put(digest ? EncodedMessage.sha256(payload()) : new byte[EncodedMessage.DIGEST_LENGTH])
        .putInt(payloadType)
        .putInt(payload.remaining())
        .rewind();
  }

  @Override
  public ByteBuffer payload() {
    return payload.duplicate();
  }

  /** Names the message without its content. */
  @Override
  public String toString() {
    return "AgentMessage[%s, sequence %d, payload type %d, %d bytes]"
        .formatted(messageType, sequenceNumber, payloadType, payload.remaining());
  }
}
