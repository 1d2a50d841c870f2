package dev.postern.server.peer;

import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An end of a session that numbers, acknowledges and repeats as the official programs were seen to
 * (spec/data-channel.md 5, 12): pieces of 1 KiB with a pause of 1 ms, a resend of the oldest
 * message alone every 100 ms, and a message that is kept for resending only after it was sent, so
 * that its acknowledgement may come too early and find nothing.
 *
 * <p>A reader and a resender run on virtual threads from {@link #connect} to the connection's end;
 * the other methods are for one thread of a test. State survives reconnects.
 */
abstract class OfficialEnd implements AutoCloseable {
  static final int CHUNK_BYTES = 1024;
  private static final Duration PAUSE = Duration.ofMillis(1);
  private static final Duration SCAN = Duration.ofMillis(100);
  private static final Duration RESEND_AFTER = Duration.ofMillis(200);
  private static final Duration LATE_MAX = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 50;

  private final Side side;
  private final Object lock = new Object();

  /** Held by a reader, so that a connection that was replaced adds nothing. */
  private final Object reading = new Object();

  private final TreeMap<Long, Kept> kept = new TreeMap<>();
  private final TreeMap<Long, AgentMessage> early = new TreeMap<>();
  private final ByteArrayOutputStream delivered = new ByteArrayOutputStream();
  private long nextNumber;
  private long expected;
  private long lastAcknowledged = -1;
  private int resends;
  private @Nullable Throwable failure;
  private volatile @Nullable Peer peer;

  /** A sent message and when it was last sent. */
  private record Kept(AgentMessage message, long sentNanos) {}

  OfficialEnd(Side side) {
    this.side = side;
  }

  /** Whether a message that was consumed before is acknowledged again. */
  abstract boolean acknowledgesDuplicates();

  /** Whether a message in its turn is acknowledged before it is consumed. */
  abstract boolean acknowledgesFirst();

  /** On the reader: a stream message in its turn. */
  abstract void consume(AgentMessage message) throws Exception;

  /** On the reader: anything else than stream messages and acknowledgements. */
  abstract void control(AgentMessage message) throws Exception;

  /** On the reader, first of all: a message of whatever kind came. */
  void onMessage() {}

  /** Takes over an open connection, and reads from it. */
  void connect(Peer fresh) {
    peer = fresh;
    Thread.ofVirtual().start(() -> read(fresh));
    Thread.ofVirtual().start(() -> resend(fresh));
  }

  private void read(Peer from) {
    try {
      while (peer == from) {
        boolean open = from.isOpen();
        AgentMessage message = from.receive(LOOK_MILLIS);
        if (message == null && !open) {
          return;
        }
        synchronized (reading) {
          if (message != null && peer == from) {
            receive(message);
          }
        }
      }
    } catch (Exception | AssertionError broken) {
      synchronized (lock) {
        failure = peer == from ? broken : failure;
      }
    }
  }

  private void receive(AgentMessage message) throws Exception {
    onMessage();
    if (message.messageType().equals(side.peer().streamType())) {
      receiveStream(message);
    } else if (message.messageType().equals(MessageType.ACKNOWLEDGE)) {
      long number = Acknowledge.parse(message.payload()).acknowledgedMessageSequenceNumber();
      synchronized (lock) {
        kept.remove(number);
        lastAcknowledged = Math.max(lastAcknowledged, number);
        lock.notifyAll();
      }
    } else {
      control(message);
    }
  }

  private void receiveStream(AgentMessage message) throws Exception {
    long number = message.sequenceNumber();
    if (number < expected) {
      if (acknowledgesDuplicates()) {
        acknowledge(message);
      }
    } else if (number > expected) {
      early.put(number, message);
      acknowledge(message);
    } else {
      if (acknowledgesFirst()) {
        acknowledge(message);
        consume(message);
      } else {
        consume(message);
        acknowledge(message);
      }
      expected++;
      for (AgentMessage next = early.remove(expected);
          next != null;
          next = early.remove(expected)) {
        consume(next);
        expected++;
      }
    }
  }

  private void resend(Peer through) {
    while (peer == through && through.isOpen()) {
      LockSupport.parkNanos(SCAN.toNanos());
      synchronized (lock) {
        Map.Entry<Long, Kept> oldest = kept.firstEntry();
        if (oldest == null
            || System.nanoTime() - oldest.getValue().sentNanos() < RESEND_AFTER.toNanos()) {
          continue;
        }
        try {
          through.send(oldest.getValue().message());
          resends++;
          kept.put(oldest.getKey(), new Kept(oldest.getValue().message(), System.nanoTime()));
        } catch (Exception lost) {
          return;
        }
      }
    }
  }

  Peer peer() {
    Peer current = peer;
    if (current == null) {
      throw new IllegalStateException("not connected");
    }
    return current;
  }

  /** One that cannot be sent is lost: the official programs only log that. */
  private void acknowledge(AgentMessage message) {
    Peer current = peer;
    try {
      if (current != null) {
        current.acknowledge(message);
      }
    } catch (Exception lost) {
      if (peer == current && current != null && current.isOpen()) {
        throw new IllegalStateException(lost);
      }
    }
  }

  final void deliver(AgentMessage message) {
    byte[] payload = new byte[message.payload().remaining()];
    message.payload().get(payload);
    synchronized (lock) {
      delivered.writeBytes(payload);
      lock.notifyAll();
    }
  }

  private AgentMessage message(int payloadType, byte[] payload) {
    return AgentMessage.stream(
        side,
        nextNumber++,
        System.currentTimeMillis(),
        UUID.randomUUID(),
        payloadType,
        ByteBuffer.wrap(payload));
  }

  /** Sends a stream message; kept afterwards, as the official senders do. */
  final AgentMessage sendStream(int payloadType, byte[] payload) throws Exception {
    AgentMessage message = message(payloadType, payload);
    peer().send(message);
    synchronized (lock) {
      kept.put(message.sequenceNumber(), new Kept(message, System.nanoTime()));
    }
    return message;
  }

  /** Writes bytes as terminal or port sessions do. */
  public final void write(byte[] bytes) throws Exception {
    for (int at = 0; at < bytes.length; at += CHUNK_BYTES) {
      sendStream(
          PayloadType.OUTPUT,
          Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + CHUNK_BYTES)));
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Loses the race of 5.3: the acknowledgement is here before the message is kept. */
  public final void writeAndKeepTooLate(byte[] bytes) throws Exception {
    AgentMessage message = message(PayloadType.OUTPUT, bytes);
    peer().send(message);
    synchronized (lock) {
      await(LATE_MAX, () -> lastAcknowledged >= message.sequenceNumber());
      kept.put(message.sequenceNumber(), new Kept(message, System.nanoTime()));
    }
  }

  /** Waits for this many bytes of the other end, in order, and returns all that came. */
  public final byte[] awaitDelivered(int count, Duration atMost) throws InterruptedException {
    synchronized (lock) {
      await(atMost, () -> delivered.size() >= count);
      return delivered.toByteArray();
    }
  }

  /** Waits until nothing is unacknowledged, as an end does before it closes. */
  public final void awaitDrained(Duration atMost) throws InterruptedException {
    synchronized (lock) {
      await(atMost, kept::isEmpty);
    }
  }

  /** Under the lock. */
  private void await(Duration atMost, BooleanSupplier condition) throws InterruptedException {
    long untilNanos = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (failure != null || System.nanoTime() - untilNanos > 0) {
        throw new AssertionError(
            side
                + " waits in vain: "
                + delivered.size()
                + " bytes came, unacknowledged are "
                + kept.keySet(),
            failure);
      }
      lock.wait(LOOK_MILLIS);
    }
  }

  /** How often a message was sent again. */
  public final int resends() {
    synchronized (lock) {
      return resends;
    }
  }

  /** Drops TCP, as the official programs do; what is under way is lost. */
  public final void drop() {
    Peer current = peer;
    peer = null;
    if (current != null) {
      current.close();
    }
  }

  @Override
  public void close() {
    drop();
  }
}
