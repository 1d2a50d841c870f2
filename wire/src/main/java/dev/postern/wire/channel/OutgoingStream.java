package dev.postern.wire.channel;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The messages that one side sends: their sequence numbers, a copy of each until its
 * acknowledgement, and when to send it again (spec/data-channel.md 5). It survives connections.
 *
 * <p>A message is kept before anyone can put it on a connection, so that the fastest
 * acknowledgement finds it. Resending differs from the official sides, which look at the oldest
 * message only:
 *
 * <ul>
 *   <li>a message that a later sent one overtook is due after one timeout: it was dropped, or its
 *       receiver was not ready;
 *   <li>with no acknowledgement at all for a timeout, the oldest is due, and everything else with
 *       it only after 2, 4, 8, ... such timeouts in a row: on a slow path the whole window is still
 *       under way, and doubling it would make the path slower.
 * </ul>
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
public final class OutgoingStream {
  /** A few thousand, so that the official client's reorder buffer of 10 000 never overflows. */
  public static final int MESSAGES_MAX = 4_000;

  /**
   * Official receivers have no flow control by bytes: this is the end of it on any path, and a slow
   * one has less ({@link CongestionWindow}).
   */
  public static final long BYTES_MAX = 4L << 20;

  private static final long RTT_INITIAL = Duration.ofMillis(100).toNanos();
  private static final long RTO_INITIAL = Duration.ofMillis(200).toNanos();
  private static final long RTO_MAX = Duration.ofSeconds(1).toNanos();
  private static final long CLOCK_GRANULARITY = Duration.ofMillis(10).toNanos();

  private static final class Unacknowledged {
    final ByteBuffer bytes;
    boolean waiting = true;
    boolean acknowledged;
    @Nullable Instant lastSent;
    boolean sentAgain;
    long sendOrder;

    Unacknowledged(ByteBuffer bytes) {
      this.bytes = bytes;
    }
  }

  private final Side sender;
  private final int messagesMax;
  private final long bytesMax;
  private final CongestionWindow congestion;

  /** By sequence number, which is also the order of insertion. */
  private final LinkedHashMap<Long, Unacknowledged> window = new LinkedHashMap<>();

  /** Not yet sent on the present connection, lowest first. */
  private final ArrayDeque<Unacknowledged> waiting = new ArrayDeque<>();

  private boolean digests = true;
  private long nextSequenceNumber;
  private long bytes;
  private int underWay;
  private long sends;
  private long latestAcknowledgedSend;
  private @Nullable Instant lastAcknowledged;
  private int timeoutsInARow;

  private long rtt = RTT_INITIAL;
  private long rttVariation;
  private long rto = RTO_INITIAL;

  public OutgoingStream(Side sender) {
    this(sender, MESSAGES_MAX, BYTES_MAX);
  }

  /**
   * @param messagesMax how many messages may be unacknowledged
   * @param bytesMax how many bytes they may have, headers included
   */
  public OutgoingStream(Side sender, int messagesMax, long bytesMax) {
    if (messagesMax < 1 || bytesMax < 1) {
      throw new IllegalArgumentException("a window needs room for a message");
    }
    this.sender = sender;
    this.messagesMax = messagesMax;
    this.bytesMax = bytesMax;
    this.congestion = new CongestionWindow(bytesMax);
  }

  /** The peer agreed to messages without digests: what is added from now on has none. */
  public void withoutDigests() {
    digests = false;
  }

  /**
   * Whether a payload fits: the caller stops reading its source until it does. One message always
   * fits into an empty window, however long it is. A window is as wide as its path needs ({@link
   * CongestionWindow}).
   */
  public boolean hasRoom(int payloadBytes) {
    return fits(payloadBytes, congestion.bytes());
  }

  /**
   * Whether a payload fits that must not wait until what others sent has arrived; there is an end
   * to that too.
   */
  public boolean hasRoomAhead(int payloadBytes) {
    return fits(payloadBytes, bytesMax);
  }

  private boolean fits(int payloadBytes, long limit) {
    return window.isEmpty()
        || (window.size() < messagesMax && bytes + EncodedMessage.OVERHEAD + payloadBytes <= limit);
  }

  /**
   * Gives the next sequence number to a payload, and keeps it for {@link #takeUnsent}.
   *
   * @param payload from now on the stream's, with room for a header before it ({@link
   *     dev.postern.wire.message.PayloadBuffer})
   * @return the sequence number
   * @throws IllegalStateException when there is no room in the window
   * @throws IllegalArgumentException when there is no room for a header
   */
  public long add(int payloadType, ByteBuffer payload, UUID messageId, Instant now) {
    if (!hasRoomAhead(payload.remaining())) {
      throw new IllegalStateException("too many messages are unacknowledged");
    }
    long sequenceNumber = nextSequenceNumber;
    ByteBuffer encoded =
        AgentMessage.stream(
                sender, sequenceNumber, now.toEpochMilli(), messageId, payloadType, payload)
            .encodeInPlace(payload, digests);
    nextSequenceNumber++;
    Unacknowledged message = new Unacknowledged(encoded);
    window.put(sequenceNumber, message);
    waiting.add(message);
    bytes += encoded.remaining();
    return sequenceNumber;
  }

  /** The next message to put on the connection for the first time; null when there is none. */
  public @Nullable ByteBuffer takeUnsent(Instant now) {
    for (Unacknowledged next = waiting.poll(); next != null; next = waiting.poll()) {
      if (!next.acknowledged) {
        next.waiting = false;
        return send(next, now);
      }
    }
    return null;
  }

  /** Whether {@link #takeUnsent} has something to give. */
  public boolean hasUnsent() {
    while (!waiting.isEmpty() && waiting.element().acknowledged) {
      waiting.remove();
    }
    return !waiting.isEmpty();
  }

  private ByteBuffer send(Unacknowledged message, Instant now) {
    if (message.lastSent == null) {
      congestion.sent(bytes, underWay == 0, now);
      underWay++;
    } else {
      message.sentAgain = true;
    }
    message.lastSent = now;
    message.sendOrder = ++sends;
    return message.bytes.duplicate();
  }

  /**
   * Takes in an acknowledgement. One for a number that is not under way, or was never sent, changes
   * nothing.
   *
   * @return whether the message was waiting for it
   */
  public boolean acknowledge(long sequenceNumber, Instant now) {
    Unacknowledged message = window.get(sequenceNumber);
    if (message == null || message.lastSent == null) {
      return false;
    }
    window.remove(sequenceNumber);
    settle(message);
    measure(message, message.bytes.remaining(), now);
    heard(message.lastSent, now);
    return true;
  }

  /**
   * Takes in an acknowledgement of all messages up to one, of which those that were never sent stay
   * as they are.
   *
   * @return whether any message was waiting for it
   */
  public boolean acknowledgeUpTo(long sequenceNumber, Instant now) {
    Unacknowledged latest = null;
    long before = bytes;
    for (var each = window.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Long, Unacknowledged> entry = each.next();
      if (entry.getKey() > sequenceNumber) {
        break;
      }
      Unacknowledged message = entry.getValue();
      if (message.lastSent != null) {
        each.remove();
        settle(message);
        latest = message;
      }
    }
    if (latest == null || latest.lastSent == null) {
      return false;
    }
    measure(latest, before - bytes, now);
    heard(latest.lastSent, now);
    return true;
  }

  private void settle(Unacknowledged message) {
    message.acknowledged = true;
    bytes -= message.bytes.remaining();
    underWay--;
    latestAcknowledgedSend = Math.max(latestAcknowledgedSend, message.sendOrder);
  }

  /** Of a message that was sent twice nobody knows which was acknowledged (RFC 6298 3). */
  private void measure(Unacknowledged latest, long count, Instant now) {
    if (latest.sentAgain || latest.lastSent == null) {
      congestion.acknowledged(count);
    } else {
      congestion.acknowledged(count, latest.lastSent, now);
    }
  }

  private void heard(Instant sent, Instant now) {
    lastAcknowledged = now;
    timeoutsInARow = 0;
    if (!now.isBefore(sent)) {
      measure(nanosBetween(sent, now));
    }
  }

  private void measure(long sample) {
    rttVariation = (3 * rttVariation + Math.abs(rtt - sample)) / 4;
    rtt = (7 * rtt + sample) / 8;
    rto = Math.min(RTO_MAX, rtt + Math.max(CLOCK_GRANULARITY, 4 * rttVariation));
  }

  /** All messages whose time is up, lowest first; each then waits a full timeout again. */
  public List<ByteBuffer> takeDue(Instant now) {
    List<Unacknowledged> overtaken = new ArrayList<>();
    List<Unacknowledged> silent = new ArrayList<>();
    boolean oldestIsSilent = false;
    boolean seenOldest = false;
    for (Unacknowledged message : window.values()) {
      if (message.waiting || message.lastSent == null) {
        continue;
      }
      boolean expired = isTimeUp(message.lastSent, now);
      if (message.sendOrder < latestAcknowledgedSend) {
        if (expired) {
          overtaken.add(message);
        }
        continue;
      }
      if (!seenOldest) {
        seenOldest = true;
        oldestIsSilent = expired && isSilent(now);
      }
      if (expired) {
        silent.add(message);
      }
    }
    List<ByteBuffer> due = new ArrayList<>();
    overtaken.forEach(message -> due.add(send(message, now)));
    if (oldestIsSilent) {
      timeoutsInARow++;
      boolean everything = timeoutsInARow > 1 && Integer.bitCount(timeoutsInARow) == 1;
      silent
          .subList(0, everything ? silent.size() : 1)
          .forEach(message -> due.add(send(message, now)));
    }
    return due;
  }

  private boolean isSilent(Instant now) {
    return lastAcknowledged == null || isTimeUp(lastAcknowledged, now);
  }

  /** A new connection: everything unacknowledged is to be sent on it, lowest first, at once. */
  public void replayAll() {
    congestion.replayed();
    waiting.clear();
    for (Map.Entry<Long, Unacknowledged> entry : window.entrySet()) {
      entry.getValue().waiting = true;
      waiting.add(entry.getValue());
    }
    timeoutsInARow = 0;
  }

  /** Whether every message was acknowledged. */
  public boolean isEmpty() {
    return window.isEmpty();
  }

  public int messages() {
    return window.size();
  }

  public long bytes() {
    return bytes;
  }

  /** The sequence number of the next message. */
  public long nextSequenceNumber() {
    return nextSequenceNumber;
  }

  /** How long a message waits for its acknowledgement before it is sent again. */
  public Duration retransmissionTimeout() {
    return Duration.ofNanos(rto);
  }

  /** A clock that leaps, in either direction, costs one resend; waiting for it could take hours. */
  private boolean isTimeUp(Instant since, Instant now) {
    return now.isBefore(since) || nanosBetween(since, now) >= rto;
  }

  /** At most an hour: a clock that leaps must not overflow anything. */
  static long nanosBetween(Instant from, Instant to) {
    Duration elapsed = Duration.between(from, to);
    return elapsed.compareTo(Duration.ofHours(1)) > 0
        ? Duration.ofHours(1).toNanos()
        : elapsed.toNanos();
  }
}
