package dev.postern.agent.control;

import dev.postern.aws.Fault;
import dev.postern.transport.Keepalive;
import dev.postern.wire.MessageChannel;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The connection on which the service reaches this node, dialled again whenever it is lost. {@link
 * #run} is the one thread that dials and receives; any thread may send.
 *
 * <p>Not promised: that what was sent arrived. Whoever must know waits for the service's answer.
 */
public final class ControlChannel {
  private static final Logger LOG = System.getLogger(ControlChannel.class.getName());

  /** As long as a session's connection waits for an answer. */
  private static final Duration ANSWER_MAX = Keepalive.SESSION.silenceMax();

  /** Called on the thread of {@link #run}, so none of it may block. */
  public interface Listener {
    void onConnected();

    /** There is no connection, for this reason; it is dialled again. */
    void onLost(String reason);

    void onMessage(AgentMessage message) throws MalformedMessageException;

    boolean hasLiveSessions();
  }

  /** Opens a connection and introduces the node on it. */
  public interface Dialer {
    /**
     * Opens one.
     *
     * @throws Fault when the service refuses
     */
    MessageChannel dial() throws IOException;
  }

  private final Dialer dialer;
  private final Listener listener;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicBoolean doubting = new AtomicBoolean();
  private volatile @Nullable MessageChannel connection;

  public ControlChannel(
      Dialer dialer, Listener listener, InstantSource clock, RandomGenerator random) {
    this.dialer = dialer;
    this.listener = listener;
    this.clock = clock;
    this.random = random;
  }

  /** Connects and receives until {@link #stop}. */
  public void run() throws InterruptedException {
    Instant lost = clock.instant();
    int failures = 0;
    while (!isStoppedWithin(
        ReconnectDelays.control(
            failures,
            listener.hasLiveSessions(),
            Duration.between(lost, clock.instant()),
            random))) {
      try {
        MessageChannel dialled = dialer.dial();
        if (!use(dialled)) {
          return;
        }
        failures = 0;
        listener.onConnected();
        receive(dialled);
      } catch (IOException | Fault failed) {
        LOG.log(Level.WARNING, "no control channel: {0}", failed.getMessage());
        listener.onLost(String.valueOf(failed.getMessage()));
      }
      if (connection != null) {
        connection = null;
        lost = clock.instant();
      } else {
        failures++;
      }
    }
  }

  private synchronized boolean use(MessageChannel dialled) {
    if (stopped.getCount() == 0) {
      dialled.close();
      return false;
    }
    connection = dialled;
    return true;
  }

  private void receive(MessageChannel from) throws IOException {
    try (from) {
      for (ByteBuffer bytes = from.receive(); bytes != null; bytes = from.receive()) {
        listener.onMessage(AgentMessage.decode(bytes));
      }
      throw new IOException("the service closed the connection");
    } catch (MalformedMessageException malformed) {
      throw new IOException("the service sent what is no message: " + malformed.getMessage());
    }
  }

  /**
   * Sends a message if there is a connection.
   *
   * @return false when it certainly did not leave
   */
  public boolean send(AgentMessage message) {
    MessageChannel to = connection;
    if (to == null) {
      return false;
    }
    try {
      to.send(message.encode());
      return true;
    } catch (IOException lost) {
      to.close();
      return false;
    }
  }

  public boolean isConnected() {
    return connection != null;
  }

  /**
   * Another connection to the service was lost: if this one gives no sign of life either, it is
   * dialled anew. Does not wait for that.
   */
  void doubt() {
    MessageChannel doubted = connection;
    if (doubted != null && doubting.compareAndSet(false, true)) {
      Thread.ofVirtual().name("control-doubt").start(() -> check(doubted));
    }
  }

  private void check(MessageChannel doubted) {
    try {
      if (!doubted.isAnswering(ANSWER_MAX)) {
        LOG.log(Level.INFO, "the control channel gives no answer");
        doubted.close();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    } finally {
      doubting.set(false);
    }
  }

  /** Ends {@link #run}. */
  public synchronized void stop() {
    stopped.countDown();
    MessageChannel open = connection;
    if (open != null) {
      open.close();
    }
  }

  private boolean isStoppedWithin(Duration delay) throws InterruptedException {
    return stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS);
  }
}
