package dev.postern.server.session;

import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.listener.WebSocketPeer;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One side's open connection to a session. It lives on the session's loop, and so does all of this
 * but {@link #sayWhenOpen}.
 */
final class DataChannel implements WebSocketHandler, Outlet {
  private final Session session;
  private final Side side;
  private final String peerId;
  private final Set<String> extensions;
  private List<WebSocketMessage> batch = new ArrayList<>();
  private boolean dirty;
  private boolean reading = true;
  private @Nullable WebSocketPeer peer;

  /** Waits for this to be open. */
  private @Nullable ByteBuffer early;

  /**
   * @param peerId what this peer calls itself, for messages addressed to it
   * @param extensions named when it opened this: {@link Extension}
   */
  DataChannel(Session session, Side side, String peerId, List<String> extensions) {
    this.session = session;
    this.side = side;
    this.peerId = peerId;
    this.extensions = Set.copyOf(extensions);
  }

  Side side() {
    return side;
  }

  String peerId() {
    return peerId;
  }

  /** Whether silence means that the peer is gone, even while it is owed messages. */
  boolean answersPings() {
    return extensions.contains(Extension.ANSWERS_PINGS);
  }

  WebSocketPeer peer() {
    return Objects.requireNonNull(peer);
  }

  @Override
  public void onOpen(WebSocketPeer peer) {
    this.peer = peer;
    session.attach(this);
    if (early != null) {
      say(early);
    }
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
    if (!batch.isEmpty()) {
      List<WebSocketMessage> messages = batch;
      batch = new ArrayList<>();
      session.receive(this, messages);
    }
  }

  /** What came before it has been seen by then. */
  @Override
  public void onMark(long number) {
    onBatchEnd();
    session.onMark(this, number);
  }

  /** Whether this side is to be read. */
  void mayRead(boolean may) {
    if (reading != may) {
      reading = may;
      peer().reading(may);
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
    session.detach(this);
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

  @Override
  public void mark(long number) {
    peer().mark(number);
  }

  @Override
  public boolean needsStartPause() {
    return side == Side.CLIENT && !extensions.contains(Extension.NO_START_PAUSE);
  }

  @Override
  public boolean ignoresRepeats() {
    return side == Side.CLIENT && !extensions.contains(Extension.ACKNOWLEDGES_REPEATS);
  }

  /** Pushes out what was sent since the last time. */
  void flush() {
    if (dirty) {
      dirty = false;
      peer().flush();
    }
  }
}
