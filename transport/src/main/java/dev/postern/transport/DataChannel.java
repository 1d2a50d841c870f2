package dev.postern.transport;

import dev.postern.wire.MessageChannel;
import dev.postern.wire.SessionId;
import dev.postern.wire.channel.IncomingStream;
import dev.postern.wire.channel.OutgoingStream;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.ResumeToken;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One end of a session's data channel. It survives the loss of its connection: sequence numbers,
 * unacknowledged and stored messages stay, a new connection is dialled, and the whole window is
 * sent again on it (spec/data-channel.md 5, 9).
 *
 * <p>Owns three threads from {@link #start} to its end: a reader that dials and receives, a writer
 * that sends, resends and acknowledges, and one that calls the receiver. Any thread may call any
 * method. What was sent has arrived only when {@link #drain} says so.
 *
 * <p>start_publication and pause_publication are ignored: back-pressure is the connection's and the
 * window's business.
 */
public final class DataChannel implements AutoCloseable {
  /** The longest payload that can be sent. */
  public static final int PAYLOAD_BYTES_MAX = 64 * 1024;

  /** The length to cut bulk data into. */
  public static final int PAYLOAD_BYTES_BULK = 32 * 1024;

  /**
   * Bytes that are no message are dropped, as the official receivers do, but a connection that
   * brings so many of them is given up.
   */
  static final int MALFORMED_MESSAGES_MAX = 16;

  /** A connection that lasted so long, or brought a message, ends a row of failures. */
  static final Duration PROVEN_AFTER = Duration.ofSeconds(5);

  /** How long {@link #close} waits for its threads: a look-up of a name cannot be called off. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  /** Opens connections; called on a virtual thread of its own, interrupted by {@link #close}. */
  public interface Dialer {
    /**
     * Opens a connection and sends OpenDataChannel on it.
     *
     * @throws SessionEndedException when dialling again makes no sense
     * @throws IOException when it may be tried again
     */
    MessageChannel dial() throws IOException;

    /**
     * The service gave a client what opens its next connection. Called between two calls of dial.
     *
     * @param tokenValue a credential
     */
    default void onResumeToken(String tokenValue) {}
  }

  /**
   * What the channel's owner hears. {@code onStream} is called on the channel's own thread, one
   * call at a time, in order. Exactly one of the two other calls ends the channel, unless {@link
   * #close} does. An exception thrown by {@code onStream} ends it with {@code onGivenUp}.
   */
  public interface Receiver {
    /**
     * The next payload of the peer's stream. It is acknowledged when this returns true; a slow
     * receiver thereby fills the sender's window.
     *
     * @param payload the receiver's own; it may keep it
     * @return false when the receiver is not ready: the payload is offered again soon, and at once
     *     after {@link DataChannel#receiverReady}
     */
    boolean onStream(int payloadType, ByteBuffer payload);

    /**
     * The service closed the session. A client hears it after all output that came before it; an
     * agent at once, perhaps while {@code onStream} runs, because it has to end its processes.
     */
    void onChannelClosed(ChannelClosed closed);

    /**
     * The connection could not be restored, the service no longer knows the session ({@link
     * SessionEndedException}), or the receiver failed (cause).
     */
    void onGivenUp(IOException reason);
  }

  private final SessionId sessionId;
  private final Dialer dialer;
  private final Receiver receiver;
  private final ChannelSettings settings;
  private final RandomGenerator jitter;
  private final DataChannelOutbox outbox;
  private final DataChannelInbox inbox;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean finished = new AtomicBoolean();
  private final Thread reader;
  private final Thread writer;
  private final Thread delivery;
  private final Object dialLock = new Object();
  private boolean dialling;

  /** Whether an agent's messages must match their digests; a client's need not. */
  private volatile boolean digestsChecked = true;

  /** The reader's: why the latest connection ended. */
  private IOException lastLoss = new IOException("the connection was closed");

  /** The reader's: whether the latest connection was good for something. */
  private boolean proven;

  public DataChannel(
      Side side, SessionId sessionId, Dialer dialer, Receiver receiver, ChannelSettings settings) {
    this(
        sessionId,
        dialer,
        receiver,
        settings,
        new OutgoingStream(side),
        new IncomingStream(),
        side);
  }

  DataChannel(
      SessionId sessionId,
      Dialer dialer,
      Receiver receiver,
      ChannelSettings settings,
      OutgoingStream outgoing,
      IncomingStream incoming,
      Side side) {
    this.sessionId = sessionId;
    this.dialer = dialer;
    this.receiver = receiver;
    this.settings = settings;
    // The outbox guards its own use of the generator by its lock.
    this.jitter = new SplittableRandom(settings.random().nextLong());
    this.outbox = new DataChannelOutbox(side, settings.clock(), settings.random(), outgoing);
    this.inbox = new DataChannelInbox(incoming, receiver, outbox);
    this.reader = thread("reader", this::read);
    this.writer = thread("writer", this::write);
    this.delivery = thread("delivery", this::deliver);
  }

  private Thread thread(String task, Runnable body) {
    return settings.threads().unstarted(name(task), body);
  }

  private String name(String task) {
    return "data-channel-" + task + "-" + sessionId;
  }

  /** Begins to dial. Payloads may be sent before. */
  public void start() {
    reader.start();
    writer.start();
    delivery.start();
  }

  /**
   * Sends a payload, which is copied. Waits while too much is unacknowledged, or the connection
   * takes nothing; a client's payloads stay here until the agent's first message came.
   *
   * @throws IOException when the channel has ended, or the thread was interrupted
   * @throws IllegalArgumentException when the payload is empty or too long
   */
  public void send(int payloadType, ByteBuffer payload) throws IOException {
    handOn(payloadType, PayloadBuffer.copyOf(payload));
  }

  /** The same of a payload that is the channel's from now on ({@link PayloadBuffer}): no copy. */
  public void handOn(int payloadType, ByteBuffer payload) throws IOException {
    outbox.send(payloadType, payload, OutgoingStream::hasRoom);
  }

  /** As {@link #handOn}, for what is short and should not wait behind what others send. */
  public void handOnAhead(int payloadType, ByteBuffer payload) throws IOException {
    outbox.send(payloadType, payload, OutgoingStream::hasRoomAhead);
  }

  /**
   * Tells the service a state, an agent's right: Connected before all output, any other after what
   * was sent so far. It is written when {@link #drain} says that all is.
   */
  public void sendState(String sessionState) throws IOException {
    if (outbox.side() != Side.AGENT) {
      throw new IllegalStateException("only an agent has a session state");
    }
    outbox.sendState(new AgentSessionState(sessionState, sessionId.value()));
  }

  /**
   * Both ends agreed on extensions of the handshake: those that concern the channel hold from here
   * on.
   */
  public void agree(List<String> extensions) {
    if (extensions.contains(Extension.NO_DIGESTS)) {
      digestsChecked = false;
      outbox.withoutDigests();
    }
    if (extensions.contains(Extension.CUMULATIVE_ACKS)) {
      outbox.cumulativeAcknowledgements();
    }
  }

  /** The receiver would now take what it refused. */
  public void receiverReady() {
    inbox.receiverReady();
  }

  /**
   * Waits until everything sent so far was acknowledged by the peer.
   *
   * @return false when that took too long or the channel ended first
   * @throws InterruptedIOException when the thread was interrupted
   */
  public boolean drain(Duration patience) throws InterruptedIOException {
    return wait(() -> outbox.drain(patience));
  }

  /**
   * Waits until what the receiver has taken so far is acknowledged on the wire: an answer sent
   * afterwards cannot overtake its acknowledgement. Otherwise like {@link #drain}.
   */
  public boolean settle(Duration patience) throws InterruptedIOException {
    return wait(() -> {
      inbox.awaitDelivered();
      return outbox.awaitAcknowledged(patience);
    });
  }

  private interface Wait {
    boolean end() throws InterruptedException;
  }

  private static boolean wait(Wait wait) throws InterruptedIOException {
    try {
      return wait.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for acknowledgements");
    }
  }

  /**
   * Ends the channel at once; the receiver hears nothing more after the call that may run now.
   * Waits for the threads, unless one of them calls. Idempotent.
   */
  @Override
  public void close() {
    finished.set(true);
    inbox.end();
    shut();
    List<Thread> threads = List.of(reader, writer, delivery);
    if (threads.contains(Thread.currentThread())) {
      return;
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + CLOSE_PATIENCE.toNanos();
    for (Thread thread : threads) {
      try {
        if (thread.getState() != Thread.State.NEW) {
          var _ = thread.join(Duration.ofNanos(deadline - System.nanoTime()));
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops reader and writer. */
  private void shut() {
    ended.countDown();
    outbox.end();
    synchronized (dialLock) {
      if (dialling && !Thread.currentThread().equals(reader)) {
        reader.interrupt();
      }
    }
  }

  /** False when the channel had ended before. */
  private boolean giveUp(IOException reason) {
    if (!finished.compareAndSet(false, true)) {
      return false;
    }
    shut();
    inbox.endWith(() -> receiver.onGivenUp(reason));
    return true;
  }

  /** A thread of the channel cannot go on, which must not pass unseen. */
  private void fail(String part, RuntimeException cause) {
    if (!giveUp(new IOException(part + " failed", cause))) {
      throw cause;
    }
  }

  private void channelClosed(ChannelClosed closed) {
    if (!finished.compareAndSet(false, true)) {
      return;
    }
    shut();
    if (outbox.side() == Side.AGENT) {
      inbox.end();
      receiver.onChannelClosed(closed);
    } else {
      inbox.endWith(() -> receiver.onChannelClosed(closed));
    }
  }

  private void deliver() {
    try {
      inbox.deliver();
    } catch (InterruptedException e) {
      abandon(new IOException("delivery was interrupted", e));
    } catch (RuntimeException e) {
      if (!abandon(new IOException("the receiver failed", e))) {
        throw e;
      }
    }
  }

  /** Like {@link #giveUp}, from the delivery thread, which delivers nothing more. */
  private boolean abandon(IOException reason) {
    inbox.end();
    if (!finished.compareAndSet(false, true)) {
      return false;
    }
    shut();
    receiver.onGivenUp(reason);
    return true;
  }

  private void write() {
    try {
      for (DataChannelOutbox.Batch batch = outbox.take(); batch != null; batch = outbox.take()) {
        outbox.write(batch);
      }
    } catch (InterruptedException e) {
      giveUp(new IOException("the writer was interrupted", e));
    } catch (RuntimeException e) {
      fail("the writer", e);
    }
  }

  private void read() {
    try {
      int failures = 0;
      Instant lost = now();
      while (ended.getCount() > 0) {
        if (failures > 0 && isEndedWithin(settings.policy().delays().after(failures, jitter))) {
          return;
        }
        MessageChannel connection = dial();
        if (connection != null) {
          Instant opened = now();
          receive(connection);
          if (proven || !now().isBefore(opened.plus(PROVEN_AFTER))) {
            failures = 0;
            lost = now();
          }
        }
        failures++;
        Duration down = Duration.between(lost, now());
        if (down.compareTo(settings.policy().giveUpAfter()) >= 0) {
          giveUp(new IOException("the connection could not be restored", lastLoss));
        }
      }
    } catch (SessionEndedException e) {
      giveUp(e);
    } catch (InterruptedException e) {
      // Only shut() interrupts the reader; if it was someone else, the owner hears it.
      giveUp(new IOException("the reader was interrupted", e));
    } catch (RuntimeException e) {
      fail("the reader", e);
    }
  }

  private Instant now() {
    return settings.clock().instant();
  }

  private boolean isEndedWithin(Duration delay) throws InterruptedException {
    return ended.await(delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Null when it failed. */
  private @Nullable MessageChannel dial() throws SessionEndedException {
    synchronized (dialLock) {
      dialling = true;
    }
    try {
      if (ended.getCount() == 0) {
        return null;
      }
      MessageChannel connection = DialThread.dial(dialer, name("dial"));
      if (outbox.connected(connection)) {
        return connection;
      }
      connection.close();
      return null;
    } catch (SessionEndedException e) {
      throw e;
    } catch (IOException e) {
      lastLoss = e;
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      synchronized (dialLock) {
        dialling = false;
      }
    }
  }

  private void receive(MessageChannel connection) throws InterruptedException {
    proven = false;
    int malformed = 0;
    try {
      for (ByteBuffer bytes = connection.receive();
          bytes != null && ended.getCount() > 0;
          bytes = connection.receive()) {
        try {
          handle(bytes);
          proven = true;
        } catch (MalformedMessageException e) {
          if (++malformed > MALFORMED_MESSAGES_MAX) {
            throw new IOException("too many malformed messages", e);
          }
        }
      }
      lastLoss = new IOException("the connection was closed");
    } catch (IOException e) {
      lastLoss = e;
    } finally {
      outbox.disconnected(connection);
    }
  }

  private void handle(ByteBuffer bytes) throws MalformedMessageException, InterruptedException {
    Side side = outbox.side();
    AgentMessage message =
        side == Side.CLIENT
            ? AgentMessage.decodeAsClient(bytes, digestsChecked)
            : AgentMessage.decode(bytes);
    switch (message.messageType()) {
      case MessageType.ACKNOWLEDGE -> outbox.acknowledged(Acknowledge.parse(message.payload()));
      case MessageType.CHANNEL_CLOSED ->
          channelClosed(ChannelClosed.parseLeniently(message.payload(), sessionId.value()));
      case MessageType.RESUME_TOKEN ->
          dialer.onResumeToken(ResumeToken.parse(message.payload()).tokenValue());
      default -> {
        // Anything else, start and pause publication included, is ignored.
        if (message.messageType().equals(side.peer().streamType())) {
          inbox.arrive(message);
          outbox.heardPeer();
        }
      }
    }
  }
}
