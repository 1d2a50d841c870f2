package dev.postern.transport;

import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.smux.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One byte stream of a {@link SmuxSession}. One thread reads, one writes; {@link #reset} is for
 * any. Its state is guarded by the session's lock, which is never held while sending.
 */
public final class SmuxStream {
  private final int id;
  private final SmuxSession session;
  private final Condition arrivals;
  private final UnreadPieces unread = new UnreadPieces();
  private final Condition credit;

  /** What the peer may have under way and unread at once. */
  private int windowBytes = Frame.INITIAL_WINDOW_BYTES;

  /** Of that, what it has not used. */
  private int windowLeft = Frame.INITIAL_WINDOW_BYTES;

  /** Read, and not granted again yet. */
  private int ungranted;

  /** What we may send; below zero when the last frame went beyond. */
  private int mayStillSend = Frame.INITIAL_WINDOW_BYTES;

  private boolean finishReceived;
  private boolean finishSent;
  private boolean dead;

  SmuxStream(int id, SmuxSession session) {
    this.id = id;
    this.session = session;
    this.arrivals = session.lock.newCondition();
    this.credit = session.lock.newCondition();
  }

  int id() {
    return id;
  }

  /** Whether the other direction goes on when the peer has finished its own. */
  boolean isHalfClose() {
    return session.rules().halfClose();
  }

  /** Whether the stream ended because its session did. */
  boolean isSessionEnded() {
    session.lock.lock();
    try {
      return session.isEnded();
    } finally {
      session.lock.unlock();
    }
  }

  /**
   * The next bytes of the peer; null when it has finished.
   *
   * @throws IOException when the stream was reset or the session has ended
   */
  @Nullable ByteBuffer read() throws IOException, InterruptedException {
    session.lock.lock();
    try {
      while (true) {
        if (dead) {
          throw new IOException("the stream was reset");
        }
        ByteBuffer next = unread.poll();
        if (next != null) {
          session.read(next.remaining());
          onRead(next.remaining());
          return next;
        }
        if (finishReceived) {
          return null;
        }
        arrivals.await();
      }
    } finally {
      session.lock.unlock();
    }
  }

  /** With the lock: grants by halves of the window, which grows or shrinks meanwhile. */
  private void onRead(int bytes) {
    if (!session.rules().streamWindows() || finishReceived) {
      return;
    }
    ungranted += bytes;
    if (ungranted < windowBytes / 2) {
      return;
    }
    int growth = session.growth(windowBytes, ungranted);
    int granted = ungranted + growth;
    windowBytes += growth;
    windowLeft += granted;
    ungranted = 0;
    if (granted > 0) {
      session.grant(this, granted);
    }
  }

  /** With the lock: what the window of the peer may be at most. */
  int windowBytes() {
    return windowBytes;
  }

  /** A buffer for {@link #send}. */
  static PayloadBuffer newFrame() {
    return new PayloadBuffer(DataChannel.PAYLOAD_BYTES_BULK, Frame.HEADER_BYTES);
  }

  /**
   * Sends what was put into a buffer of {@link #newFrame}, which is empty afterwards. Waits while
   * the peer's window is used up. What a peer no longer reads is dropped.
   *
   * @throws IOException when the stream was reset or the session has ended
   */
  void send(PayloadBuffer data) throws IOException, InterruptedException {
    int dataBytes = data.length();
    if (dataBytes > 0 && mayWrite(dataBytes)) {
      ByteBuffer frame = data.take();
      Frame.putPushHeader(frame.slice(), id, dataBytes);
      session.send(frame);
    } else {
      data.clear();
    }
  }

  private boolean mayWrite(int dataBytes) throws IOException, InterruptedException {
    session.lock.lock();
    try {
      boolean windows = session.rules().streamWindows();
      while (windows && !dead && mayStillSend <= 0) {
        credit.await();
      }
      if (dead || finishSent) {
        throw new IOException("the stream was reset");
      }
      mayStillSend -= windows ? dataBytes : 0;
      return session.rules().halfClose() || !finishReceived;
    } finally {
      session.lock.unlock();
    }
  }

  /** Tells the peer that nothing more comes; reading goes on. Idempotent. */
  void finish() throws IOException {
    session.lock.lock();
    try {
      if (dead || finishSent) {
        return;
      }
      finishSent = true;
      forgetIfDone();
    } finally {
      session.lock.unlock();
    }
    session.send(new Frame.Finish(id));
  }

  /**
   * Gives the stream up in both directions, and tells the peer so as far as it understands that.
   * Idempotent.
   */
  public void reset() {
    boolean tell;
    session.lock.lock();
    try {
      tell = !dead && !session.isEnded() && (session.rules().halfClose() || !finishSent);
      die();
    } finally {
      session.lock.unlock();
    }
    if (tell) {
      try {
        session.send(session.rules().halfClose() ? new Frame.Reset(id) : new Frame.Finish(id));
      } catch (IOException closed) {
        // Then the peer knows already.
      }
    }
  }

  /**
   * With the lock: false when nobody reads it any more.
   *
   * @throws MalformedMessageException when the peer sends beyond its window
   */
  boolean onData(ByteBuffer data) throws MalformedMessageException {
    if (dead || finishReceived) {
      return false;
    }
    if (session.rules().streamWindows()) {
      windowLeft -= data.remaining();
      if (windowLeft < -Frame.DATA_BYTES_MAX) {
        throw new MalformedMessageException("more data than the stream's window");
      }
    }
    unread.add(data);
    arrivals.signal();
    return true;
  }

  /** With the lock. */
  void onWindow(int more) throws MalformedMessageException {
    if (mayStillSend > Integer.MAX_VALUE - more) {
      throw new MalformedMessageException("a stream's window beyond all bounds");
    }
    mayStillSend += more;
    credit.signal();
  }

  /** With the lock. */
  void onFinish() {
    finishReceived = true;
    arrivals.signal();
    forgetIfDone();
  }

  /** With the lock. */
  void onReset() {
    die();
  }

  private void die() {
    dead = true;
    for (ByteBuffer bytes = unread.poll(); bytes != null; bytes = unread.poll()) {
      session.read(bytes.remaining());
    }
    arrivals.signalAll();
    credit.signalAll();
    session.forget(this);
  }

  private void forgetIfDone() {
    if (finishSent && finishReceived) {
      session.forget(this);
    }
  }
}
