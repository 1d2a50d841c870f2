package dev.postern.agent.systemd;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the service manager how the agent is, by the protocol of sd_notify(3). Any thread. Does
 * nothing where nobody asked to be told; not being heard never hurts the agent.
 *
 * <p>Ready means that the agent runs and dials, not that it is connected: a server that is down
 * must not hold up the start of this machine. Whether it is connected stands in the status.
 *
 * <p>Owns one virtual thread, from {@link #ready} to {@link #close}, where the service manager
 * wants signs of life. They show that this process runs and can start threads, no more: a
 * connection may be silent or away for as long as the server is.
 */
public final class NotifySocket implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NotifySocket.class.getName());
  private static final int STATUS_CHARS_MAX = 500;

  /** Of the time after which the service manager gives up, as sd_watchdog_enabled(3) advises. */
  private static final int SIGNS_PER_TIMEOUT = 2;

  /** Empty when nobody wants to be told. */
  private final byte[] path;

  private final Duration signEvery;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean complained = new AtomicBoolean();
  private volatile boolean stopping;

  private NotifySocket(byte[] path, Duration signEvery) {
    this.path = path;
    this.signEvery = signEvery;
  }

  /**
   * As the variables of this process say.
   *
   * @param pid of this process: the variables may have been meant for the one that started it
   */
  public static NotifySocket of(Map<String, String> environment, long pid) {
    String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    if (name.startsWith("@")) {
      path[0] = 0;
    } else if (!name.startsWith("/")) {
      // Nothing, or a kind of socket that did not exist yet.
      path = new byte[0];
    }
    String watched = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    boolean wanted = watched.equals(Long.toString(pid)) && micros.matches("[1-9][0-9]{0,17}");
    return new NotifySocket(
        path,
        wanted
            ? Duration.of(Long.parseLong(micros), java.time.temporal.ChronoUnit.MICROS)
                .dividedBy(SIGNS_PER_TIMEOUT)
            : Duration.ZERO);
  }

  /** The agent runs; called once. */
  public void ready(String status) {
    send("READY=1\n" + statusLine(status));
    if (path.length > 0 && signEvery.isPositive()) {
      Thread.ofVirtual().name("watchdog").start(this::giveSigns);
    }
  }

  /** What an operator sees of it, until it ends. */
  public void status(String status) {
    if (!stopping) {
      send(statusLine(status));
    }
  }

  /** The agent has begun to end. */
  public void stopping() {
    stopping = true;
    send("STOPPING=1\n" + statusLine("Ending sessions"));
  }

  private void giveSigns() {
    try {
      do {
        send("WATCHDOG=1");
      } while (!closed.await(signEvery.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException ended) {
      LOG.log(Level.DEBUG, "no more signs of life");
    }
  }

  /** One line, whatever a peer's words in it are. */
  private static String statusLine(String status) {
    String line = status.replaceAll("\\p{Cntrl}+", " ");
    return "STATUS=" + line.substring(0, Math.min(line.length(), STATUS_CHARS_MAX));
  }

  private void send(String message) {
    if (path.length == 0) {
      return;
    }
    try {
      UnixDatagrams.send(path, message.getBytes(StandardCharsets.UTF_8));
    } catch (IOException unheard) {
      if (complained.compareAndSet(false, true)) {
        LOG.log(Level.WARNING, "the service manager cannot be told: {0}", unheard.getMessage());
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
