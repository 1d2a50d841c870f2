package dev.postern.server.session;

import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.listener.WebSocketPeer;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One side's open connection to a session. Its handler's methods run on the connection's loop and
 * carry whole batches to the session's loop, which is often the same; the session uses the other
 * methods from its own.
 *
 * <p>What is between the two loops is bounded: a connection whose batches are not taken is not read
 * meanwhile.
 */
final class DataChannel implements WebSocketHandler, Outlet {
  static final long BETWEEN_LOOPS_BYTES_MAX = 1024 * 1024;

  private final Session session;
  private final Side side;
  private final String peerId;
  private final AtomicLong betweenLoops = new AtomicLong();
  private List<WebSocketMessage> batch = new ArrayList<>();

  /** Owned by the session's loop. */
  private boolean dirty;

  /** Owned by the session's loop: waits for this to be open. */
  private @Nullable ByteBuffer early;

  /** Written by the session's loop, read by the connection's. */
  private volatile boolean stalled;

  /** Written once, on the connection's loop, before the session hears of this. */
  private volatile @Nullable WebSocketPeer peer;

  /**
   * @param peerId what this peer calls itself, for messages addressed to it
   */
  DataChannel(Session session, Side side, String peerId) {
    this.session = session;
    this.side = side;
    this.peerId = peerId;
  }

  Side side() {
    return side;
  }

  String peerId() {
    return peerId;
  }

  WebSocketPeer peer() {
    return Objects.requireNonNull(peer);
  }

  @Override
  public void onOpen(WebSocketPeer peer) {
    this.peer = peer;
    session
        .loop()
        .run(() -> {
          session.attach(this);
          if (early != null) {
            say(early);
          }
        });
  }

  /** Sends a message of the service's own once this is open; from any thread. */
  void sayWhenOpen(ByteBuffer message) {
    session
        .loop()
        .execute(() -> {
          if (peer == null) {
            early = message;
          } else {
            say(message);
          }
        });
  }

  private void say(ByteBuffer message) {
    send(message);
    flush();
  }

  @Override
  public void onText(String text) {
    session.countDropped();
  }

  @Override
  public void onBinary(WebSocketMessage message) {
    batch.add(message);
  }

  @Override
  public void onBatchEnd() {
    if (batch.isEmpty()) {
      return;
    }
    List<WebSocketMessage> messages = batch;
    batch = new ArrayList<>();
    if (session.loop().isCurrent()) {
      session.receive(this, messages);
      return;
    }
    long bytes = messages.stream().mapToLong(WebSocketMessage::length).sum();
    if (betweenLoops.addAndGet(bytes) > BETWEEN_LOOPS_BYTES_MAX) {
      peer().reading(false);
    }
    session.loop().execute(() -> takeOver(messages, bytes));
  }

  /** On the session's loop. */
  private void takeOver(List<WebSocketMessage> messages, long bytes) {
    session.receive(this, messages);
    long left = betweenLoops.addAndGet(-bytes);
    if (left <= BETWEEN_LOOPS_BYTES_MAX && left + bytes > BETWEEN_LOOPS_BYTES_MAX) {
      peer().loop().run(this::applyReading);
    }
  }

  /** On the connection's loop. */
  private void applyReading() {
    peer().reading(!stalled && betweenLoops.get() <= BETWEEN_LOOPS_BYTES_MAX);
  }

  /** Whether this side is to be read; from the session's loop. */
  void mayRead(boolean may) {
    if (stalled == may) {
      stalled = !may;
      peer().loop().run(this::applyReading);
    }
  }

  /** Never at once: the session itself may be what is writing just now. */
  @Override
  public void onWritable() {
    session.loop().execute(session::onWritable);
  }

  @Override
  public void onClose(Closing closing) {
    onBatchEnd();
    session.loop().run(() -> session.detach(this));
  }

  @Override
  public boolean isWritable() {
    return peer().isWritable();
  }

  @Override
  public void send(WebSocketMessage message) {
    dirty = true;
    peer().send(message);
  }

  @Override
  public void send(ByteBuffer bytes) {
    dirty = true;
    peer().send(bytes);
  }

  /** Pushes out what was sent since the last time. */
  void flush() {
    if (dirty) {
      dirty = false;
      peer().flush();
    }
  }
}
