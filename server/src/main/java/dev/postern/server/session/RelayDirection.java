package dev.postern.server.session;

import dev.postern.server.listener.WebSocketMessage;
import dev.postern.wire.message.EncodedMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
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
  /**
   * Above the 4 MiB and 4000 messages that our own ends keep unacknowledged. Less when all sessions
   * hold much ({@link HeldBytes}).
   */
  static final long BYTES_MAX = 5L << 20;

  static final int MESSAGES_MAX = 5000;

  /** Reading goes on below three quarters. */
  static final int MESSAGES_LOW = MESSAGES_MAX / 4 * 3;

  /**
   * So many times its share a direction holds before it refuses. Reached only while both directions
   * are full, see {@link Relay#mayRead}.
   */
  static final int REFUSING_SHARES = 3;

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

    /** The receiver may have consumed it over a connection of which we did not see the end. */
    private boolean maybeConsumed;

    /** Over this connection of the receiver or one before. */
    private boolean sent;

    /** Of its first copy over this connection; 0 before. Copies say nothing that it did not. */
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

  private final HeldBytes allHeld;
  private final boolean restored;
  private final TreeMap<Long, Held> window = new TreeMap<>();

  /**
   * Of the window, what was sent, may have been consumed before, and is not acknowledged then: by
   * {@link Held#sendOrder}.
   */
  private final TreeMap<Long, Held> sentAgain = new TreeMap<>();

  private final SequenceRanges acknowledged = new SequenceRanges();
  private final RecentAcknowledgements recent = new RecentAcknowledgements();
  private final StreamStart start;

  private ArrayDeque<Item> queue = new ArrayDeque<>();
  private @Nullable Outlet receiver;
  private long bytes;
  private int queuedAcknowledgements;
  private int queuedOwn;
  private long highest = -1;

  /** The lowest number that the receiver has acknowledged to us: those above were new to it. */
  private long heard = Long.MAX_VALUE;

  /** The mark that the receiver has not passed yet; 0 when there is none. */
  private long mark;

  private long passedMark;
  private long sends;
  private boolean paused;
  private long pausedUntilNanos;
  private boolean full;
  private long progress;

  /**
   * @param allHeld counts what is held here too
   * @param port whether the session carries a port
   * @param restored whether the stream may have begun before this object: its numbers are learned
   */
  RelayDirection(HeldBytes allHeld, boolean port, boolean restored) {
    this.allHeld = allHeld;
    this.start = new StreamStart(port);
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
    // The sender repeats what the server before this one had, and does not say where that ends.
    held.maybeConsumed = restored && number < heard;
    start.observe(header, restored && highest < 0);
    highest = Math.max(highest, number);
    window.put(number, held);
    hold(message.length());
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
        || bytes + header.payloadLength() > allHeld.share(BYTES_MAX) * REFUSING_SHARES
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
    if (held == null || !held.sent) {
      return List.of();
    }
    heard = Math.min(heard, number);
    long read = Math.max(held.sendOrder, passedMark);
    settle(held, nowNanos);
    return start.isPast(acknowledged)
        ? imply(sentAgain.headMap(read, true).values(), nowNanos)
        : List.of();
  }

  /** The receiver has a message and all that were sent to it before with a lower number. */
  void acknowledgeUpTo(long number, long nowNanos) {
    List<Held> passed =
        window.headMap(number, true).values().stream().filter(held -> held.sent).toList();
    passed.forEach(held -> settle(held, nowNanos));
  }

  /**
   * The receiver has read all that was sent before this mark, and acknowledged what was new to it.
   * A receiver whose handlers do not run yet leaves one number of those unacknowledged, that of its
   * turn; all below are repeats (spec/data-channel.md 5.2).
   *
   * @return messages that it must have had before, and will not acknowledge any more
   */
  List<Acknowledged> passMark(long number, long nowNanos) {
    if (number != mark) {
      return List.of();
    }
    mark = 0;
    passedMark = number;
    List<Held> unacknowledged = new ArrayList<>(sentAgain.headMap(number, true).values());
    if (!start.isPast(acknowledged) && !unacknowledged.isEmpty()) {
      unacknowledged.remove(
          Collections.max(
              unacknowledged, Comparator.comparingLong(held -> held.identity.sequenceNumber())));
    }
    return imply(unacknowledged, nowNanos);
  }

  private List<Acknowledged> imply(Collection<Held> repeats, long nowNanos) {
    List<Held> implied = List.copyOf(repeats);
    implied.forEach(held -> settle(held, nowNanos));
    return implied.stream().map(held -> held.identity).toList();
  }

  private void hold(long more) {
    bytes += more;
    allHeld.add(more);
  }

  private void settle(Held held, long nowNanos) {
    window.remove(held.identity.sequenceNumber());
    acknowledged.add(held.identity.sequenceNumber());
    recent.add(held.identity, nowNanos);
    hold(-held.message.length());
    sentAgain.remove(held.sendOrder);
    held.done = true;
    held.message.release();
    progress++;
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
    mark = 0;
    sentAgain.clear();
    ArrayDeque<Item> again = new ArrayDeque<>();
    for (Held held : window.values()) {
      if (held.sent) {
        held.sendOrder = 0;
        held.maybeConsumed = true;
        held.queued = true;
        again.add(held);
      }
    }
    for (Item item : queue) {
      if (!(item instanceof Held held) || !held.sent) {
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
    if (mark == 0 && !sentAgain.isEmpty() && sentAgain.lastKey() > passedMark) {
      mark = sends;
      outlet.mark(mark);
    }
  }

  private void send(Held held, Outlet outlet, long nowNanos) {
    if (held.done) {
      return;
    }
    held.queued = false;
    held.sentNanos = nowNanos;
    held.sent = true;
    sends++;
    if (held.sendOrder == 0) {
      held.sendOrder = sends;
      if (held.maybeConsumed && outlet.ignoresRepeats()) {
        sentAgain.put(held.sendOrder, held);
      }
    }
    outlet.send(held.message.retain());
    if (start.needsPauseAfter(held.payloadType) && outlet.needsStartPause()) {
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
    long share = allHeld.share(BYTES_MAX);
    if (bytes >= share || window.size() >= MESSAGES_MAX) {
      full = true;
    } else if (bytes <= share / 4 * 3 && window.size() <= MESSAGES_LOW) {
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
    sentAgain.clear();
    hold(-bytes);
    for (Item item : queue) {
      if (item instanceof Acknowledgement(WebSocketMessage message)) {
        message.release();
      }
    }
    queue.clear();
  }
}
