package dev.postern.server.session;

import dev.postern.server.listener.WebSocketMessage;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a session: the stream messages of one side, and its acknowledgements, on their
 * way to the other (spec/data-channel.md 9.3, 13). Time is an argument; nothing here reads or
 * writes a socket. Owned by the session's loop; not thread-safe.
 *
 * <p>A stream message is kept from its arrival to its receiver's acknowledgement, over any number
 * of the receiver's connections; each new one gets the whole window again, lowest number first. The
 * window is bounded by asking the owner to stop reading the sender ({@link #isFull}). What arrives
 * all the same is kept up to a second bound, beyond which stream messages are refused: their sender
 * still has them and sends them again.
 *
 * <p>Not promised: that the receiver sees each message once. Both sides drop duplicates themselves.
 */
final class RelayDirection {
  /** Above the 4 MiB and 4000 messages that our own ends keep unacknowledged. */
  static final long BYTES_MAX = 5L << 20;

  static final int MESSAGES_MAX = 5000;

  /** Reading goes on below three quarters. */
  static final long BYTES_LOW = BYTES_MAX / 4 * 3;

  static final int MESSAGES_LOW = MESSAGES_MAX / 4 * 3;

  /** Reached only while both directions are full, see {@link Relay#mayRead}. */
  static final long REFUSING_BYTES = 16L << 20;

  /** Below the 10,000 messages that the official client can put in order. */
  static final int REFUSING_MESSAGES = 9000;

  /** How far a number may run ahead: the official agent keeps as many unacknowledged messages. */
  static final long AHEAD_MAX = 100_000;

  /** Never reached by counting; keeps sums of numbers from overflowing. */
  static final long NUMBER_MAX = 1L << 62;

  static final int ACKNOWLEDGEMENTS_MAX = 8192;
  static final int OWN_MAX = 1024;
  static final long RESEND_NANOS = Duration.ofMillis(200).toNanos();
  static final long PORT_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  /** What became of a stream message. */
  enum Arrival {
    /** Kept, to be forwarded. */
    TAKEN,
    /** Under way already. */
    KNOWN,
    /** The receiver has it: the sender missed the acknowledgement. */
    ALREADY_ACKNOWLEDGED,
    /** No room, or a number that makes no sense. */
    REFUSED
  }

  private sealed interface Item {}

  private static final class Held implements Item {
    private final WebSocketMessage message;
    private final Acknowledged identity;
    private final int payloadType;
    private boolean queued = true;
    private boolean done;

    /** It may have been consumed over a connection of which we did not see the end. */
    private boolean maybeConsumed;

    private long sendOrder;
    private long sentNanos;

    private Held(WebSocketMessage message, EncodedMessage header) {
      this.message = message;
      this.identity = new Acknowledged(header.sequenceNumber(), header.messageId());
      this.payloadType = header.payloadType();
    }
  }

  private record Acknowledgement(WebSocketMessage message) implements Item {}

  private record Own(ByteBuffer bytes) implements Item {}

  private final Side sender;
  private final boolean restored;
  private final TreeMap<Long, Held> window = new TreeMap<>();
  private final SequenceRanges acknowledged = new SequenceRanges();
  private final RecentAcknowledgements recent = new RecentAcknowledgements();
  private final StreamStart start = new StreamStart();

  private ArrayDeque<Item> queue = new ArrayDeque<>();
  private @Nullable Outlet receiver;
  private long bytes;
  private int queuedAcknowledgements;
  private int queuedOwn;
  private int maybeConsumedCount;
  private long highest = -1;
  private long sends;
  private boolean paused;
  private long pausedUntilNanos;
  private boolean full;
  private long progress;

  /**
   * @param restored whether the stream may have begun before this object: its numbers are learned
   */
  RelayDirection(Side sender, boolean restored) {
    this.sender = sender;
    this.restored = restored;
  }

  /** Takes over a stream message of the sender. */
  Arrival offer(WebSocketMessage message, EncodedMessage header, long nowNanos) {
    Arrival arrival = judge(header, nowNanos);
    if (arrival != Arrival.TAKEN) {
      message.release();
      return arrival;
    }
    long number = header.sequenceNumber();
    Held held = new Held(message, header);
    boolean first = highest < 0;
    if (restored && (first || number < highest)) {
      markMaybeConsumed(held);
    }
    start.observe(header, restored && first);
    highest = Math.max(highest, number);
    window.put(number, held);
    bytes += message.length();
    queue.add(held);
    return Arrival.TAKEN;
  }

  private Arrival judge(EncodedMessage header, long nowNanos) {
    long number = header.sequenceNumber();
    if (acknowledged.contains(number)) {
      return Arrival.ALREADY_ACKNOWLEDGED;
    }
    Held known = window.get(number);
    if (known != null) {
      if (!known.queued && nowNanos - known.sentNanos > RESEND_NANOS) {
        known.queued = true;
        queue.add(known);
      }
      return Arrival.KNOWN;
    }
    boolean unknownPosition = restored && highest < 0;
    if (number < 0
        || number > NUMBER_MAX
        || (!unknownPosition && number - highest > AHEAD_MAX)
        || bytes + header.payloadLength() > REFUSING_BYTES
        || window.size() >= REFUSING_MESSAGES) {
      return Arrival.REFUSED;
    }
    return Arrival.TAKEN;
  }

  /**
   * The receiver has a message.
   *
   * @return other messages that it must therefore have too, and will not acknowledge any more
   *     (spec/data-channel.md 9.4)
   */
  List<Acknowledged> acknowledge(long number, long nowNanos) {
    Held held = window.get(number);
    if (held == null || held.sendOrder == 0) {
      return List.of();
    }
    long sendOrder = held.sendOrder;
    settle(held, nowNanos);
    return impliedBy(sendOrder, nowNanos);
  }

  /** The receiver has a message and all that were sent to it before with a lower number. */
  void acknowledgeUpTo(long number, long nowNanos) {
    List<Held> passed =
        window.headMap(number, true).values().stream().filter(held -> held.sendOrder > 0).toList();
    passed.forEach(held -> settle(held, nowNanos));
  }

  /** Only the client leaves duplicates unacknowledged; the agent acknowledges each of them. */
  private List<Acknowledged> impliedBy(long sendOrder, long nowNanos) {
    if (sender != Side.AGENT || maybeConsumedCount == 0 || !start.isPast(acknowledged)) {
      return List.of();
    }
    List<Held> implied = new ArrayList<>();
    for (Held held : window.values()) {
      if (held.maybeConsumed && held.sendOrder > 0 && held.sendOrder < sendOrder && !held.queued) {
        implied.add(held);
      }
    }
    implied.forEach(held -> settle(held, nowNanos));
    return implied.stream().map(held -> held.identity).toList();
  }

  private void settle(Held held, long nowNanos) {
    window.remove(held.identity.sequenceNumber());
    acknowledged.add(held.identity.sequenceNumber());
    recent.add(held.identity, nowNanos);
    bytes -= held.message.length();
    maybeConsumedCount -= held.maybeConsumed ? 1 : 0;
    held.done = true;
    held.message.release();
    progress++;
  }

  private void markMaybeConsumed(Held held) {
    if (!held.maybeConsumed) {
      held.maybeConsumed = true;
      maybeConsumedCount++;
    }
  }

  /**
   * Takes over an acknowledgement that the sender made for the receiver. When too many wait it is
   * dropped: its message will be repeated, and then acknowledged by the relay.
   *
   * @return false when it was dropped
   */
  boolean pass(WebSocketMessage acknowledgement) {
    if (queuedAcknowledgements >= ACKNOWLEDGEMENTS_MAX) {
      acknowledgement.release();
      return false;
    }
    queuedAcknowledgements++;
    queue.add(new Acknowledgement(acknowledgement));
    return true;
  }

  /** Puts a message of our own in the row; dropped while nobody is there to receive it. */
  void say(ByteBuffer message) {
    if (receiver != null && queuedOwn < OWN_MAX) {
      queuedOwn++;
      queue.add(new Own(message));
    }
  }

  /** The receiver has a new connection: everything unacknowledged goes out again, in order. */
  void attach(Outlet outlet) {
    receiver = outlet;
    ArrayDeque<Item> again = new ArrayDeque<>();
    for (Held held : window.values()) {
      if (held.sendOrder > 0) {
        markMaybeConsumed(held);
        held.queued = true;
        again.add(held);
      }
    }
    for (Item item : queue) {
      if (!(item instanceof Held held) || held.sendOrder == 0) {
        again.add(item);
      }
    }
    queue = again;
  }

  /** The receiver's connection is gone. */
  void detach() {
    receiver = null;
  }

  /** Sends what may be sent now. */
  void pump(long nowNanos) {
    Outlet outlet = receiver;
    if (outlet == null) {
      return;
    }
    while (!queue.isEmpty() && !isPaused(nowNanos) && outlet.isWritable()) {
      switch (queue.remove()) {
        case Held held -> send(held, outlet, nowNanos);
        case Acknowledgement acknowledgement -> {
          queuedAcknowledgements--;
          outlet.send(acknowledgement.message);
        }
        case Own own -> {
          queuedOwn--;
          outlet.send(own.bytes);
        }
      }
    }
  }

  private void send(Held held, Outlet outlet, long nowNanos) {
    if (held.done) {
      return;
    }
    held.queued = false;
    held.sentNanos = nowNanos;
    held.sendOrder = ++sends;
    outlet.send(held.message.retain());
    if (start.needsPauseAfter(held.payloadType)) {
      paused = true;
      pausedUntilNanos = nowNanos + PORT_PAUSE_NANOS;
    }
  }

  private boolean isPaused(long nowNanos) {
    paused = paused && nowNanos - pausedUntilNanos < 0;
    return paused;
  }

  /** How long to wait before {@link #pump} can go on by itself; negative when it need not. */
  long pauseLeftNanos(long nowNanos) {
    return isPaused(nowNanos) ? pausedUntilNanos - nowNanos : -1;
  }

  /**
   * Sends the oldest message again when its acknowledgement is late. For times at which the sender
   * cannot do so itself: it is gone, or not read.
   */
  void resendOldest(long nowNanos, long afterNanos) {
    if (receiver == null || window.isEmpty()) {
      return;
    }
    Held oldest = window.firstEntry().getValue();
    if (!oldest.queued && nowNanos - oldest.sentNanos > afterNanos) {
      oldest.queued = true;
      queue.add(oldest);
    }
  }

  /** Whether the owner should not read the sender now; changes at two marks, not at one. */
  boolean isFull() {
    if (bytes >= BYTES_MAX || window.size() >= MESSAGES_MAX) {
      full = true;
    } else if (bytes <= BYTES_LOW && window.size() <= MESSAGES_LOW) {
      full = false;
    }
    return full;
  }

  /** Whether the receiver has everything that the sender is known to have sent. */
  boolean isDrained() {
    return window.isEmpty() && queue.isEmpty();
  }

  /** Whether a message is missing that the sender numbered below one that came. */
  boolean hasGaps() {
    return !restored && acknowledged.count() + window.size() < highest + 1;
  }

  /** Grows with every message that the receiver acknowledges. */
  long progress() {
    return progress;
  }

  /** Bytes kept for the receiver. */
  long bytes() {
    return bytes;
  }

  /** Stream messages kept for the receiver. */
  int messages() {
    return window.size();
  }

  /** What the sender may not have heard of, should its connection have been lost lately. */
  List<Acknowledged> recentlyAcknowledged(long nowNanos) {
    return recent.all(nowNanos);
  }

  /** The message id by which an acknowledgement names a message; used when it is repeated. */
  static Acknowledged identity(EncodedMessage header) {
    UUID messageId = header.messageId();
    return new Acknowledged(header.sequenceNumber(), messageId);
  }

  /** Lets go of everything; the direction is not used afterwards. */
  void discard() {
    receiver = null;
    for (Held held : window.values()) {
      held.message.release();
      held.done = true;
    }
    window.clear();
    bytes = 0;
    for (Item item : queue) {
      if (item instanceof Acknowledgement(WebSocketMessage message)) {
        message.release();
      }
    }
    queue.clear();
  }
}
