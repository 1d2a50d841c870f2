package dev.postern.server.session;

import dev.postern.server.listener.Loop;
import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.listener.WebSocketPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beginning of every channel: waits for the first text, has it checked away from the loop, then
 * hands the connection to the handler that the check gave. Nothing but that text is acted upon
 * before. Owned by the connection's loop.
 */
final class OpeningChannel implements WebSocketHandler {
  static final int POLICY_VIOLATION = 1008;
  static final int TRY_AGAIN = 1013;

  /** What may arrive together with the first text, before reading stops. */
  static final int EARLY_MESSAGES_MAX = 256;

  static final int EARLY_BYTES_MAX = 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(OpeningChannel.class);

  private final Check check;
  private final Executor workers;
  private final Duration openMax;
  private final Counts counts;
  private final List<WebSocketMessage> early = new ArrayList<>();
  private int earlyBytes;
  private boolean checking;
  private boolean closed;
  private Loop.@Nullable Timer deadline;
  private @Nullable WebSocketPeer peer;
  private @Nullable WebSocketHandler opened;

  /** Decides about the first text. */
  interface Check {
    /**
     * On a worker; may block.
     *
     * @return what takes over
     * @throws Refused when the text does not open this channel
     */
    Opened open(String text) throws Refused;
  }

  /**
   * What takes a connection over.
   *
   * @param loop the connection is to live there; empty when it stays where it is
   */
  record Opened(WebSocketHandler handler, Optional<Loop> loop) {}

  /** The first text does not open this channel. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param reason told to the peer
     */
    Refused(String reason) {
      super(reason);
    }
  }

  OpeningChannel(Check check, Executor workers, Duration openMax, Counts counts) {
    this.check = check;
    this.workers = workers;
    this.openMax = openMax;
    this.counts = counts;
  }

  private WebSocketPeer peer() {
    return Objects.requireNonNull(peer);
  }

  @Override
  public void onOpen(WebSocketPeer peer) {
    this.peer = peer;
    deadline =
        peer.loop().schedule(openMax, () -> refuse(POLICY_VIOLATION, "nothing opened the channel"));
  }

  @Override
  public void onText(String text) {
    if (opened != null) {
      opened.onText(text);
      return;
    }
    if (checking) {
      counts.droppedMessages.increment();
      return;
    }
    checking = true;
    peer().reading(false);
    try {
      workers.execute(() -> runCheck(text));
    } catch (RejectedExecutionException stopping) {
      refuse(TRY_AGAIN, "the server stops");
    }
  }

  /** On a worker. */
  private void runCheck(String text) {
    Runnable outcome;
    try {
      Opened opened = check.open(text);
      outcome = () -> moveAndOpen(opened);
    } catch (Refused refused) {
      outcome = () -> refuse(POLICY_VIOLATION, String.valueOf(refused.getMessage()));
    } catch (RuntimeException failure) {
      LOG.error("channel of {} cannot be checked", peer().remote(), failure);
      outcome = () -> refuse(TRY_AGAIN, "try again");
    }
    peer().execute(outcome);
  }

  private void moveAndOpen(Opened by) {
    if (closed) {
      return;
    }
    endDeadline();
    peer().moveTo(by.loop().orElse(peer().loop()), () -> open(by.handler()));
  }

  private void open(WebSocketHandler handler) {
    if (closed) {
      return;
    }
    opened = handler;
    peer().reading(true);
    handler.onOpen(peer());
    early.forEach(handler::onBinary);
    early.clear();
    handler.onBatchEnd();
  }

  private void refuse(int code, String reason) {
    if (!closed && opened == null) {
      counts.refusedConnections.increment();
      peer().close(code, reason);
    }
  }

  @Override
  public void onBinary(WebSocketMessage message) {
    if (opened != null) {
      opened.onBinary(message);
      return;
    }
    earlyBytes += message.length();
    if (!checking || early.size() >= EARLY_MESSAGES_MAX || earlyBytes > EARLY_BYTES_MAX) {
      message.release();
      refuse(POLICY_VIOLATION, "the channel is not open");
      return;
    }
    early.add(message);
  }

  @Override
  public void onMark(long number) {
    if (opened != null) {
      opened.onMark(number);
    }
  }

  @Override
  public void onWritable() {
    if (opened != null) {
      opened.onWritable();
    }
  }

  @Override
  public void onBatchEnd() {
    if (opened != null) {
      opened.onBatchEnd();
    }
  }

  @Override
  public void onClose(Closing closing) {
    closed = true;
    endDeadline();
    early.forEach(WebSocketMessage::release);
    early.clear();
    if (opened != null) {
      opened.onClose(closing);
    }
  }

  private void endDeadline() {
    if (deadline != null) {
      deadline.cancel();
      deadline = null;
    }
  }
}
