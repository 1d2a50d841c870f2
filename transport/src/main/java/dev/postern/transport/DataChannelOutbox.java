package dev.postern.transport;

import dev.postern.wire.MessageChannel;
import dev.postern.wire.channel.CumulativeAcknowledgement;
import dev.postern.wire.channel.OutgoingStream;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one end of a data channel has to send, and the connection to send it on. One
 * thread at a time takes from it and touches the connection: the channel's writer, or who sends
 * something short while there is nothing else, so that a key waits for no thread to wake. The
 * reader never waits for the socket: acknowledgements that wait behind each other at both ends
 * would stop both.
 *
 * <p>Any thread may call any method. Its lock is never held during input or output.
 */
final class DataChannelOutbox {
  /** How often unacknowledged messages are looked at. */
  static final Duration SCAN_INTERVAL = Duration.ofMillis(100);

  /**
   * More than any peer has under way. Beyond it, acknowledgements are left to the peer's resending.
   */
  static final int ACKNOWLEDGEMENTS_MAX = 20_000;

  static final int ACKNOWLEDGEMENTS_PER_BATCH_MAX = 256;
  static final int STATES_MAX = 4;

  /**
   * The longest payload that its sender writes; longer ones are read and encrypted side by side.
   */
  static final int WRITTEN_BY_SENDER_MAX = 1024;

  private record State(AgentSessionState state, boolean afterOutput) {}

  /** What the writer puts on a connection next. */
  record Batch(MessageChannel connection, List<ByteBuffer> messages) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();

  private final Side side;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final OutgoingStream outgoing;

  /** Numbers to acknowledge; a duplicate that comes before the writer does needs only one. */
  private final Map<Long, AgentMessage> acknowledgements = new LinkedHashMap<>();

  private final CumulativeAcknowledgement consumed = new CumulativeAcknowledgement();
  private boolean cumulative;

  /** Somebody waits for {@link #consumed} to be acknowledged. */
  private boolean hurry;

  private final ArrayDeque<State> states = new ArrayDeque<>();
  private @Nullable State stateUnderWay;
  private @Nullable MessageChannel connection;
  private boolean writing;

  /** The writer has found somebody writing. */
  private boolean writerHeldUp;

  /** The writer waits, and not for the time to send something again. */
  private boolean writerAsleep;

  private boolean mayStream;
  private boolean ended;
  private Instant lastScan = Instant.MIN;

  DataChannelOutbox(
      Side side, InstantSource clock, RandomGenerator random, OutgoingStream outgoing) {
    this.side = side;
    this.clock = clock;
    this.random = random;
    this.outgoing = outgoing;
    // A client says nothing before the agent did: that is how it learns what session this is.
    this.mayStream = side == Side.AGENT;
  }

  /** Which room a payload needs. */
  interface Room {
    boolean isThere(OutgoingStream outgoing, int payloadBytes);
  }

  /**
   * Waits for room, then keeps the payload, the outbox's from now on, until its acknowledgement.
   */
  void send(int payloadType, ByteBuffer payload, Room needed) throws IOException {
    Batch own = add(payloadType, payload, needed);
    if (own != null) {
      write(own);
    }
  }

  /** What the sender is to write; null when the writer does it. */
  private @Nullable Batch add(int payloadType, ByteBuffer payload, Room needed) throws IOException {
    int bytes = payload.remaining();
    if (bytes == 0 || bytes > DataChannel.PAYLOAD_BYTES_MAX) {
      throw new IllegalArgumentException("payload of " + bytes + " bytes");
    }
    lock.lock();
    try {
      while (!ended && !needed.isThere(outgoing, bytes)) {
        room.await();
      }
      checkOpen();
      boolean alone = mayWrite(bytes);
      outgoing.add(payloadType, payload, AgentMessage.newMessageId(random), clock.instant());
      Batch own = alone ? nextBatch(false) : null;
      if (own == null) {
        work.signal();
      }
      return own;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for acknowledgements");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether there is nothing to write but what this thread sends, and at most the acknowledgement
   * that goes before it. An interrupt of a virtual thread that writes to a socket would close that.
   */
  private boolean mayWrite(int bytes) {
    return bytes <= WRITTEN_BY_SENDER_MAX
        && !Thread.currentThread().isVirtual()
        && mayStream
        && !writing
        && acknowledgements.isEmpty()
        && states.isEmpty()
        && !outgoing.hasUnsent();
  }

  private void checkOpen() throws IOException {
    if (ended) {
      throw new IOException("the data channel is closed");
    }
  }

  void sendState(AgentSessionState state) throws IOException {
    lock.lock();
    try {
      checkOpen();
      if (states.size() >= STATES_MAX) {
        throw new IllegalStateException("too many session states are waiting");
      }
      states.add(new State(state, !state.sessionState().equals(AgentSessionState.CONNECTED)));
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The peer agreed to stream messages without digests. */
  void withoutDigests() {
    lock.lock();
    try {
      outgoing.withoutDigests();
    } finally {
      lock.unlock();
    }
  }

  /** Acknowledges a message of the peer as soon as the writer can. */
  void acknowledge(AgentMessage received) {
    lock.lock();
    try {
      if (acknowledgements.size() < ACKNOWLEDGEMENTS_MAX) {
        acknowledgements.put(received.sequenceNumber(), received);
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The peer agreed to acknowledgements that serve for all messages before the one they name. */
  void cumulativeAcknowledgements() {
    lock.lock();
    try {
      cumulative = true;
    } finally {
      lock.unlock();
    }
  }

  /** Acknowledges a message that was consumed after all those before it, now or a little later. */
  void consumed(AgentMessage message) {
    lock.lock();
    try {
      if (!cumulative) {
        acknowledge(message);
        return;
      }
      Instant now = clock.instant();
      boolean first = !consumed.isPending();
      consumed.consumed(message, now);
      if (first || consumed.isDue(now)) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The peer acknowledged one message of ours, or many. */
  void acknowledged(Acknowledge acknowledge) {
    long number = acknowledge.acknowledgedMessageSequenceNumber();
    lock.lock();
    try {
      Instant now = clock.instant();
      if (acknowledge.cumulative()
          ? outgoing.acknowledgeUpTo(number, now)
          : outgoing.acknowledge(number, now)) {
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The peer's first stream message came: from now on this side may send its own. */
  void heardPeer() {
    lock.lock();
    try {
      if (!mayStream) {
        mayStream = true;
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a new connection into use and sends the whole unacknowledged window on it.
   *
   * @return false when the channel has ended: the connection is the caller's to close
   */
  boolean connected(MessageChannel fresh) {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      connection = fresh;
      outgoing.replayAll();
      work.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a connection out of use and closes it. */
  void disconnected(MessageChannel lost) {
    lock.lock();
    try {
      if (lost.equals(connection)) {
        connection = null;
      }
    } finally {
      lock.unlock();
    }
    lost.close();
  }

  /** Waits for something to {@link #write}; null when the channel has ended. */
  @Nullable Batch take() throws InterruptedException {
    lock.lock();
    try {
      while (!ended) {
        Batch next = nextBatch(true);
        if (next != null) {
          return next;
        }
        writerHeldUp = writing;
        if (connection == null || (outgoing.isEmpty() && !consumed.isPending())) {
          writerAsleep = true;
          work.await();
          writerAsleep = false;
        } else {
          Duration wait =
              consumed.isPending() ? CumulativeAcknowledgement.DELAY_MAX : SCAN_INTERVAL;
          var _ = work.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Null when there is nothing to write now, no connection, or somebody writes.
   *
   * @param again whether to look for what is to be sent again
   */
  private @Nullable Batch nextBatch(boolean again) {
    if (connection == null || writing) {
      return null;
    }
    List<ByteBuffer> messages = nextMessages(again);
    if (messages.isEmpty()) {
      return null;
    }
    writing = true;
    return new Batch(connection, messages);
  }

  /** Acknowledgements go first: an answer must not overtake that of what it answers. */
  private List<ByteBuffer> nextMessages(boolean again) {
    Instant now = clock.instant();
    List<ByteBuffer> messages = new ArrayList<>();
    takeAcknowledgements(messages, now);
    if (takeState(messages, now, false)) {
      return messages;
    }
    if (mayStream) {
      ByteBuffer unsent = outgoing.takeUnsent(now);
      if (unsent != null) {
        messages.add(unsent);
      }
      if (again && isScanDue(now)) {
        lastScan = now;
        messages.addAll(outgoing.takeDue(now));
      }
    }
    if (!outgoing.hasUnsent()) {
      takeState(messages, now, true);
    }
    return messages;
  }

  private boolean isScanDue(Instant now) {
    return lastScan.equals(Instant.MIN)
        || now.isBefore(lastScan)
        || !now.isBefore(lastScan.plus(SCAN_INTERVAL));
  }

  private void takeAcknowledgements(List<ByteBuffer> messages, Instant now) {
    Iterator<AgentMessage> each = acknowledgements.values().iterator();
    while (each.hasNext() && messages.size() < ACKNOWLEDGEMENTS_PER_BATCH_MAX) {
      messages.add(control(MessageType.ACKNOWLEDGE, Acknowledge.of(each.next()).toPayload(), now));
      each.remove();
    }
    if (hurry || consumed.isDue(now)) {
      hurry = false;
      Acknowledge due = consumed.take();
      if (due != null) {
        messages.add(control(MessageType.ACKNOWLEDGE, due.toPayload(), now));
      }
    }
  }

  private boolean takeState(List<ByteBuffer> messages, Instant now, boolean afterOutput) {
    State state = states.peek();
    if (state == null || state.afterOutput != afterOutput) {
      return false;
    }
    stateUnderWay = state;
    messages.add(control(MessageType.AGENT_SESSION_STATE, state.state.toPayload(), now));
    return true;
  }

  private ByteBuffer control(String type, ByteBuffer payload, Instant now) {
    return AgentMessage.onDataChannel(
            type, now.toEpochMilli(), AgentMessage.newMessageId(random), payload)
        .encode();
  }

  /** Puts a batch on its connection; what is lost with that is sent again on the next. */
  void write(Batch batch) {
    boolean written = false;
    try {
      for (ByteBuffer message : batch.messages()) {
        batch.connection().send(message);
      }
      written = true;
    } catch (IOException e) {
      // The reader sees the closed connection and dials another.
      disconnected(batch.connection());
    } finally {
      written(written);
    }
  }

  /** A batch is done with; a state that could not be written stays for the next. */
  private void written(boolean successfully) {
    lock.lock();
    try {
      writing = false;
      if (stateUnderWay != null && successfully) {
        states.remove(stateUnderWay);
      }
      stateUnderWay = null;
      if (writerHeldUp || (writerAsleep && !outgoing.isEmpty())) {
        writerHeldUp = false;
        work.signal();
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nothing is left to send and all was acknowledged; false when time was too short.
   */
  boolean drain(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!isDrained()) {
        if (ended || left <= 0) {
          return false;
        }
        left = room.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all acknowledgements are written; false when time was too short. */
  boolean awaitAcknowledged(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!isAcknowledged() || writing) {
        hurry = true;
        work.signal();
        if (ended || left <= 0) {
          return false;
        }
        left = room.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDrained() {
    return outgoing.isEmpty() && isAcknowledged() && states.isEmpty() && !writing;
  }

  private boolean isAcknowledged() {
    return acknowledgements.isEmpty() && !consumed.isPending();
  }

  /** Nothing is sent any more; everyone who waits here returns. */
  void end() {
    MessageChannel last;
    lock.lock();
    try {
      ended = true;
      last = connection;
      connection = null;
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.close();
    }
  }

  Side side() {
    return side;
  }
}
