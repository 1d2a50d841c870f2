package dev.postern.wire.channel;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.PayloadType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages that one side receives, put back in order, and which to acknowledge
 * (spec/data-channel.md 5.2). It survives connections.
 *
 * <p>Use: {@link #offer} what arrived; while {@link #next} has a message whose receiver takes it,
 * call {@link #consumed}. A receiver that is not ready is asked again whenever its owner likes.
 * What came in its turn is acknowledged only when consumed, so a slow receiver fills the sender's
 * window and holds it up; what came early is acknowledged at once, or it would be sent again.
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
public final class IncomingStream {
  /** As many as the official client holds. */
  public static final int MESSAGES_MAX = 10_000;

  public static final long BYTES_MAX = 16L << 20;

  /** What to do about a message at once. */
  public enum Arrival {
    /** Stored, or seen before: acknowledge it, each time it comes. */
    ACKNOWLEDGE,

    /** Nothing before it is missing: acknowledge it when it was consumed. */
    PENDING,

    /** There is no room, or the number makes no sense: say nothing, the sender tries again. */
    REFUSED
  }

  private record Stored(AgentMessage message, boolean acknowledged) {}

  private final int messagesMax;
  private final long bytesMax;
  private final Map<Long, Stored> stored = new HashMap<>();

  /** The next number to be consumed. */
  private long expected;

  /** The lowest number that is missing. */
  private long arrived;

  private long bytes;

  public IncomingStream() {
    this(MESSAGES_MAX, BYTES_MAX);
  }

  /**
   * @param messagesMax how many messages may wait for an earlier one
   * @param bytesMax how many bytes they may have, headers included
   */
  public IncomingStream(int messagesMax, long bytesMax) {
    this.messagesMax = messagesMax;
    this.bytesMax = bytesMax;
  }

  /**
   * Takes in a stream message of the peer. Its payload is kept, not copied. Handshake payloads are
   * acknowledged before they are processed: their answer must not overtake the acknowledgement.
   */
  public Arrival offer(AgentMessage message) {
    long sequenceNumber = message.sequenceNumber();
    if (sequenceNumber < 0) {
      return Arrival.REFUSED;
    }
    Stored present = stored.get(sequenceNumber);
    if (sequenceNumber < expected || (present != null && present.acknowledged)) {
      return Arrival.ACKNOWLEDGE;
    }
    if (present != null) {
      return Arrival.PENDING;
    }
    if (sequenceNumber != expected
        && (sequenceNumber - expected > messagesMax || !hasRoom(message.payload().remaining()))) {
      return Arrival.REFUSED;
    }
    boolean acknowledged =
        sequenceNumber > arrived || PayloadType.isHandshake(message.payloadType());
    stored.put(sequenceNumber, new Stored(message, acknowledged));
    bytes += size(message);
    while (stored.containsKey(arrived)) {
      arrived++;
    }
    return acknowledged ? Arrival.ACKNOWLEDGE : Arrival.PENDING;
  }

  /** Whether another message would be stored, were it not the next one. */
  public boolean hasRoom(int payloadBytes) {
    return stored.size() < messagesMax
        && bytes + EncodedMessage.OVERHEAD + payloadBytes <= bytesMax;
  }

  /** The message whose turn it is; null while it has not arrived. */
  public @Nullable AgentMessage next() {
    Stored next = stored.get(expected);
    return next == null ? null : next.message;
  }

  /**
   * The receiver took what {@link #next} gave.
   *
   * @return whether that message is still to be acknowledged
   */
  public boolean consumed() {
    Stored taken = stored.remove(expected);
    if (taken == null) {
      throw new IllegalStateException("no message was there to be consumed");
    }
    expected++;
    bytes -= size(taken.message);
    return !taken.acknowledged;
  }

  /** The sequence number of the message whose turn is next. */
  public long expected() {
    return expected;
  }

  /** How many messages are held, the next one included. */
  public int messages() {
    return stored.size();
  }

  private static long size(AgentMessage message) {
    return EncodedMessage.OVERHEAD + (long) message.payload().remaining();
  }
}
