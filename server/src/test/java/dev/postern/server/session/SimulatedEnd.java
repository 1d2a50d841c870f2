package dev.postern.server.session;

import dev.postern.wire.channel.CumulativeAcknowledgement;
import dev.postern.wire.channel.IncomingStream;
import dev.postern.wire.channel.OutgoingStream;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One of our own ends: the state machines of a data channel, and an owner that writes numbered
 * payloads and checks those that come. A client may be forgetful as the official one is: it
 * acknowledges what is new to it at once, and never what is not.
 */
final class SimulatedEnd {
  /** As DataChannel looks at its unacknowledged messages. */
  private static final Duration SCAN_INTERVAL = Duration.ofMillis(100);

  /** How the two ends acknowledge. */
  enum Kind {
    /** One acknowledgement serves for all before. */
    AGREED,
    /** Each for one message, and again for each repeat. */
    ONE_BY_ONE,
    /** Each for one message, and the client none for a repeat. */
    FORGETFUL
  }

  private static final int PADDING_MAX = 64;
  private static final int WINDOW_MESSAGES_MAX = 100;
  private static final int WINDOW_BYTES_MAX = 20_000;

  private final Side side;
  private final Random random;
  private final OutgoingStream outgoing;
  private final IncomingStream incoming;
  private final Map<Long, AgentMessage> acknowledgements = new LinkedHashMap<>();
  private final CumulativeAcknowledgement cumulative = new CumulativeAcknowledgement();
  private final boolean agreed;
  private final boolean forgetful;
  private final int total;
  private final int peerTotal;
  private @Nullable ByteBuffer mark;
  private final Set<Long> early = new HashSet<>();
  private long expected;
  private int added;
  private int consumed;
  private boolean mayStream;
  private boolean reading = true;
  private @Nullable SimulatedPath path;
  private Instant lastScan = Instant.MIN;

  /**
   * @param cramped whether what comes early may find no room. Behind a relay that does not happen:
   *     receivers hold more than a relay keeps under way, and the relay counts on it when it takes
   *     one acknowledgement for those before it
   * @param kind how it acknowledges
   */
  SimulatedEnd(Side side, int total, int peerTotal, boolean cramped, Kind kind, Random random) {
    this.side = side;
    this.total = total;
    this.peerTotal = peerTotal;
    this.random = random;
    this.agreed = kind == Kind.AGREED;
    this.forgetful = kind == Kind.FORGETFUL && side == Side.CLIENT;
    this.mayStream = side == Side.AGENT;
    int messages = cramped ? 1 + random.nextInt(WINDOW_MESSAGES_MAX) : WINDOW_MESSAGES_MAX;
    int bytes = cramped ? 1 + random.nextInt(WINDOW_BYTES_MAX) : 2 * WINDOW_BYTES_MAX;
    this.incoming = forgetful ? new IncomingStream() : new IncomingStream(messages, bytes);
    this.outgoing =
        new OutgoingStream(
            side, 1 + random.nextInt(WINDOW_MESSAGES_MAX), 1 + random.nextInt(WINDOW_BYTES_MAX));
  }

  void connected(SimulatedPath toPeer) {
    path = toPeer;
    outgoing.replayAll();
  }

  void disconnected() {
    path = null;
    if (forgetful) {
      // It acknowledges while it reads, and what it cannot send then it never sends.
      acknowledgements.clear();
      mark = null;
    }
  }

  @Nullable SimulatedPath path() {
    return path;
  }

  /** A receiver that takes nothing for a while. */
  void reading(boolean now) {
    reading = now;
  }

  void receive(ByteBuffer bytes, Instant wall) throws MalformedMessageException {
    AgentMessage message = AgentMessage.decode(bytes);
    if (message.messageType().equals(MessageType.ACKNOWLEDGE)) {
      Acknowledge acknowledge = Acknowledge.parse(message.payload());
      long number = acknowledge.acknowledgedMessageSequenceNumber();
      boolean _ =
          acknowledge.cumulative()
              ? outgoing.acknowledgeUpTo(number, wall)
              : outgoing.acknowledge(number, wall);
    } else {
      mayStream = true;
      boolean due = incoming.offer(message) == IncomingStream.Arrival.ACKNOWLEDGE;
      if (forgetful ? isNew(message.sequenceNumber()) : due) {
        acknowledgements.put(message.sequenceNumber(), message);
      }
    }
  }

  /** What waits for its turn counts as new when it is repeated. */
  private boolean isNew(long number) {
    if (number < expected) {
      return false;
    }
    early.add(number);
    while (early.remove(expected)) {
      expected++;
    }
    return true;
  }

  /** Answered when all that came before is. */
  void mark(ByteBuffer bytes) {
    mark = bytes;
  }

  void act(long nowNanos, Instant wall) {
    consume(wall);
    produce(wall);
    if (path != null) {
      transmit(path, nowNanos, wall);
    }
  }

  private void consume(Instant wall) {
    AgentMessage next = incoming.next();
    while (reading && next != null && random.nextInt(16) != 0) {
      int number = next.payload().getInt();
      if (number != consumed) {
        throw new AssertionError(side + " got payload " + number + " instead of " + consumed);
      }
      consumed++;
      boolean unacknowledged = incoming.consumed();
      if (unacknowledged && forgetful) {
        // It was acknowledged when it came.
      } else if (unacknowledged && agreed) {
        cumulative.consumed(next, wall);
      } else if (unacknowledged) {
        acknowledgements.put(next.sequenceNumber(), next);
      }
      next = incoming.next();
    }
  }

  private void produce(Instant wall) {
    int atMost = random.nextInt(8);
    ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES + random.nextInt(PADDING_MAX));
    while (added < total && atMost-- > 0 && outgoing.hasRoom(payload.remaining())) {
      payload.putInt(0, added++);
      var _ = outgoing.add(PayloadType.OUTPUT, PayloadBuffer.copyOf(payload), id(), wall);
    }
  }

  private UUID id() {
    return AgentMessage.newMessageId(random);
  }

  private void transmit(SimulatedPath out, long nowNanos, Instant wall) {
    while (!acknowledgements.isEmpty() && out.hasRoom()) {
      AgentMessage first = acknowledgements.values().iterator().next();
      acknowledgements.remove(first.sequenceNumber());
      out.send(encode(Acknowledge.of(first), wall), nowNanos);
    }
    if (mark != null && acknowledgements.isEmpty() && out.hasRoom()) {
      out.send(mark, nowNanos);
      mark = null;
    }
    if (cumulative.isDue(wall) && out.hasRoom()) {
      Acknowledge due = cumulative.take();
      out.send(encode(Objects.requireNonNull(due), wall), nowNanos);
    }
    if (!mayStream) {
      return;
    }
    while (out.hasRoom()) {
      ByteBuffer unsent = outgoing.takeUnsent(wall);
      if (unsent == null) {
        break;
      }
      out.send(unsent, nowNanos);
    }
    if (out.hasRoom() && isScanDue(wall)) {
      lastScan = wall;
      outgoing.takeDue(wall).forEach(due -> out.send(due, nowNanos));
    }
  }

  private ByteBuffer encode(Acknowledge acknowledge, Instant wall) {
    return AgentMessage.onDataChannel(
            MessageType.ACKNOWLEDGE, wall.toEpochMilli(), id(), acknowledge.toPayload())
        .encode();
  }

  private boolean isScanDue(Instant wall) {
    return lastScan.equals(Instant.MIN)
        || wall.isBefore(lastScan)
        || !wall.isBefore(lastScan.plus(SCAN_INTERVAL));
  }

  boolean isDone() {
    return added == total
        && consumed == peerTotal
        && outgoing.isEmpty()
        && acknowledgements.isEmpty()
        && !cumulative.isPending();
  }

  @Override
  public String toString() {
    return "%s: %d of %d written, %d unacknowledged, %d of %d consumed, %s"
        .formatted(
            side,
            added,
            total,
            outgoing.messages(),
            consumed,
            peerTotal,
            path == null ? "not connected" : "connected");
  }
}
