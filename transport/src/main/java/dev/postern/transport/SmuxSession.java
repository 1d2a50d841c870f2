package dev.postern.transport;

import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.smux.Frame;
import dev.postern.wire.smux.FrameDecoder;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Many byte streams between the two ends of a mux port session (spec/data-channel.md 7.4 to 7.6).
 *
 * <p>{@link #receive} is called by the data channel's delivery thread. With an official peer it
 * waits while too much is unread: that is the back-pressure, of the session as a whole, as the
 * protocol has no other. Where both ends are ours each stream has a window, and it never waits: a
 * stream that nobody reads holds up its own sender alone. It never sends, so that two ends cannot
 * wait for each other. Streams are used by any threads. Frames that answer frames are sent by a
 * virtual thread of the session, from the first need of it to {@link #close}.
 */
public final class SmuxSession implements AutoCloseable {
  /** Streams open at once; a further one is refused. */
  public static final int STREAMS_MAX = 1024;

  /** What may lie unread, of all streams together; the official programs' number. */
  public static final int UNREAD_BYTES_MAX = 4 << 20;

  /** How far a stream's window grows while it is read, and no other stream is a quiet one. */
  static final int STREAM_WINDOW_BYTES_MAX = 2 << 20;

  /**
   * The same beside quiet streams, those that never needed more than their first window: what they
   * have to say waits behind what this one has under way.
   */
  static final int SHARED_WINDOW_BYTES_MAX = 512 << 10;

  /** What all windows of a session together grow by beyond their initial size. */
  static final int WINDOW_GROWTH_BYTES_MAX = 32 << 20;

  /**
   * What a stream says in so short a frame does not wait until what others sent has arrived: who
   * has much to say fills his frames.
   */
  static final int SHORT_FRAME_BYTES_MAX = 1 << 10;

  /** Refusals that wait to be sent; a peer that causes more is no peer of ours. */
  static final int REFUSALS_MAX = 1024;

  /** How often a peer of an old version wants to hear something. */
  public static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(10);

  private static final int FIRST_STREAM_ID = 3;

  /** Where frames go; waits while the peer is behind. */
  public interface Carrier {
    /**
     * Sends bytes in the order of the calls.
     *
     * @param bytes from now on the carrier's, with room before it ({@link PayloadBuffer})
     */
    void send(ByteBuffer bytes) throws IOException;

    /** The same for what is short, which need not wait as long as others do. */
    default void sendAhead(ByteBuffer bytes) throws IOException {
      send(bytes);
    }
  }

  /** Takes the streams that the peer opens; must not wait. */
  public interface Acceptor {
    /** A new stream, from now on the acceptor's. */
    void onOpened(SmuxStream stream);
  }

  private final Carrier carrier;
  private final @Nullable Acceptor acceptor;
  private final SmuxRules rules;
  private final FrameDecoder decoder;

  final ReentrantLock lock = new ReentrantLock();
  private final Condition space = lock.newCondition();
  private final Condition duties = lock.newCondition();
  private final Map<Integer, SmuxStream> streams = new HashMap<>();
  private final ArrayDeque<Integer> refusals = new ArrayDeque<>();

  /** Bytes to grant, by stream. */
  private final Map<Integer, Integer> grants = new LinkedHashMap<>();

  private int windowGrowth;

  /** Open streams whose windows are larger than they began. */
  private int grownStreams;

  private int nextStreamId = FIRST_STREAM_ID;
  private int unreadBytes;
  private @Nullable Duration keepalive;
  private boolean ended;
  private @Nullable Thread dutyThread;

  private SmuxSession(Carrier carrier, @Nullable Acceptor acceptor, SmuxRules rules) {
    this.carrier = carrier;
    this.acceptor = acceptor;
    this.rules = rules;
    this.decoder = new FrameDecoder(rules);
  }

  /**
   * The end that opens streams.
   *
   * @param rules what both ends agreed on
   */
  public static SmuxSession client(Carrier carrier, SmuxRules rules) {
    return new SmuxSession(carrier, null, rules);
  }

  /** The end that takes them. */
  public static SmuxSession server(Carrier carrier, SmuxRules rules, Acceptor acceptor) {
    return new SmuxSession(carrier, acceptor, rules);
  }

  /** Sends a NOP at every interval from now on, for peers that end a silent session. */
  public void keepAlive(Duration interval) {
    lock.lock();
    try {
      keepalive = interval;
      wakeDuties();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Opens a stream.
   *
   * @throws IOException when the session has ended or has as many streams as it may have
   */
  public SmuxStream open() throws IOException {
    SmuxStream stream;
    lock.lock();
    try {
      checkOpen();
      if (streams.size() >= STREAMS_MAX) {
        throw new IOException("a session has at most " + STREAMS_MAX + " connections at once");
      }
      stream = new SmuxStream(nextStreamId, this);
      nextStreamId += 2;
      streams.put(stream.id(), stream);
    } finally {
      lock.unlock();
    }
    try {
      send(new Frame.Open(stream.id()));
      return stream;
    } catch (IOException closed) {
      stream.reset();
      throw closed;
    }
  }

  /**
   * Takes in what the peer sent, and waits while too much is unread.
   *
   * @throws MalformedMessageException when this is not the protocol; the session is lost then
   * @throws InterruptedException when interrupted while waiting
   */
  public void receive(ByteBuffer bytes) throws MalformedMessageException, InterruptedException {
    decoder.feed(bytes);
    for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
      SmuxStream opened = take(frame);
      if (opened != null && acceptor != null) {
        acceptor.onOpened(opened);
      }
    }
  }

  private @Nullable SmuxStream take(Frame frame)
      throws MalformedMessageException, InterruptedException {
    lock.lock();
    try {
      switch (frame) {
        case Frame.Open(int id) -> {
          return opened(id);
        }
        case Frame.Push(int id, ByteBuffer data) -> push(id, data);
        case Frame.Finish(int id) -> {
          SmuxStream stream = streams.get(id);
          if (stream != null) {
            stream.onFinish();
          }
        }
        case Frame.Reset(int id) -> {
          SmuxStream stream = streams.get(id);
          if (stream != null) {
            stream.onReset();
          }
        }
        case Frame.Window(int id, int more) -> {
          SmuxStream stream = streams.get(id);
          if (stream != null) {
            stream.onWindow(more);
          }
        }
        case Frame.Nop() -> {}
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable SmuxStream opened(int id) throws MalformedMessageException {
    if (acceptor == null) {
      throw new MalformedMessageException("the agent opened a stream");
    }
    if (ended || streams.containsKey(id)) {
      return null;
    }
    if (streams.size() >= STREAMS_MAX) {
      if (refusals.size() >= REFUSALS_MAX) {
        throw new MalformedMessageException("the client opens too many streams");
      }
      refusals.add(id);
      wakeDuties();
      return null;
    }
    SmuxStream stream = new SmuxStream(id, this);
    streams.put(id, stream);
    return stream;
  }

  private void push(int id, ByteBuffer data)
      throws MalformedMessageException, InterruptedException {
    while (!rules.streamWindows() && !ended && unreadBytes >= UNREAD_BYTES_MAX) {
      space.await();
    }
    // Data of a stream that is gone has nobody to read it.
    SmuxStream stream = streams.get(id);
    if (!ended && stream != null && stream.onData(data)) {
      unreadBytes += data.remaining();
    }
  }

  /** With the lock: so many bytes are unread no longer. */
  void read(int bytes) {
    unreadBytes -= bytes;
    space.signal();
  }

  /** With the lock: the stream has ended in both directions. */
  void forget(SmuxStream stream) {
    if (streams.remove(stream.id(), stream)) {
      int growth = stream.windowBytes() - Frame.INITIAL_WINDOW_BYTES;
      windowGrowth -= growth;
      grownStreams -= growth > 0 ? 1 : 0;
      grants.remove(stream.id());
    }
  }

  /** With the lock: the peer may send so many bytes more on a stream. */
  void grant(SmuxStream stream, int bytes) {
    if (!ended && streams.containsKey(stream.id())) {
      grants.merge(stream.id(), bytes, Integer::sum);
      wakeDuties();
    }
  }

  /**
   * With the lock: how much a stream's window grows now, at most by its own size. Less than zero
   * where it has become too large: that much of what was read is not granted again.
   *
   * @param read what could be granted again
   */
  int growth(int windowBytes, int read) {
    boolean grown = windowBytes > Frame.INITIAL_WINDOW_BYTES;
    int quietOthers = streams.size() - grownStreams - (grown ? 0 : 1);
    int most = quietOthers > 0 ? SHARED_WINDOW_BYTES_MAX : STREAM_WINDOW_BYTES_MAX;
    int growth =
        windowBytes > most
            ? -Math.min(read, windowBytes - most)
            : Math.min(
                Math.min(windowBytes, most - windowBytes), WINDOW_GROWTH_BYTES_MAX - windowGrowth);
    windowGrowth += growth;
    grownStreams += !grown && growth > 0 ? 1 : 0;
    return growth;
  }

  SmuxRules rules() {
    return rules;
  }

  /** With the lock. */
  boolean isEnded() {
    return ended;
  }

  void send(Frame frame) throws IOException {
    carrier.sendAhead(PayloadBuffer.copyOf(Frame.encode(frame)));
  }

  void send(ByteBuffer frame) throws IOException {
    if (frame.remaining() <= SHORT_FRAME_BYTES_MAX) {
      carrier.sendAhead(frame);
    } else {
      carrier.send(frame);
    }
  }

  /** How many streams are open. */
  public int streamCount() {
    lock.lock();
    try {
      return streams.size();
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() throws IOException {
    if (ended) {
      throw new IOException("the session has ended");
    }
  }

  /** With the lock. */
  private void wakeDuties() {
    if (dutyThread == null && !ended) {
      dutyThread = Thread.ofVirtual().name("smux-duties").start(this::doDuties);
    }
    duties.signal();
  }

  private void doDuties() {
    try {
      for (Frame frame = nextDuty(); frame != null; frame = nextDuty()) {
        send(frame);
      }
    } catch (IOException | InterruptedException end) {
      // The carrier has ended, and its owner knows why.
    }
  }

  private @Nullable Frame nextGrant() {
    var each = grants.entrySet().iterator();
    if (!each.hasNext()) {
      return null;
    }
    Map.Entry<Integer, Integer> next = each.next();
    Frame grant = new Frame.Window(next.getKey(), next.getValue());
    each.remove();
    return grant;
  }

  /** Null when the session has ended. */
  private @Nullable Frame nextDuty() throws InterruptedException {
    lock.lock();
    try {
      long left = keepalive == null ? Long.MAX_VALUE : keepalive.toNanos();
      while (!ended) {
        Integer refused = refusals.poll();
        if (refused != null) {
          return rules.halfClose() ? new Frame.Reset(refused) : new Frame.Finish(refused);
        }
        Frame grant = nextGrant();
        if (grant != null) {
          return grant;
        }
        if (left <= 0) {
          return new Frame.Nop();
        }
        if (keepalive != null) {
          left = Math.min(left, keepalive.toNanos());
        }
        left = duties.awaitNanos(left);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all streams at once; who waits here returns. Sends nothing. Idempotent. */
  @Override
  public void close() {
    Thread duty;
    lock.lock();
    try {
      ended = true;
      List.copyOf(streams.values()).forEach(SmuxStream::onReset);
      space.signalAll();
      duties.signalAll();
      duty = dutyThread;
    } finally {
      lock.unlock();
    }
    if (duty != null) {
      duty.interrupt();
    }
  }
}
