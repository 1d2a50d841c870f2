package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.wire.MessageChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of an open WebSocket (RFC 6455), made by {@link WebSocketClient}.
 *
 * <p>Any thread may send; sends are serialised and block while the peer does not read. One thread
 * receives, and it has to: pongs, pings and the peer's close are seen only there. Pings are sent by
 * a virtual thread of its own, whether or not somebody receives. {@link #close} may be called by
 * any thread.
 *
 * <p>Not promised: that the peer gets what was sent just before {@link #close}; that a peer which
 * stops reading is noticed while nobody receives.
 */
public final class WebSocket implements MessageChannel {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
  private static final int CLOSE_DRAIN_BYTES_MAX = 4 << 20;

  /**
   * The peer's close frame.
   *
   * @param code 1005 when it gave none
   */
  public record PeerClose(int code, String reason) {}

  private final Connection connection;
  private final FrameReader reader;
  private final FrameWriter writer;
  private final Liveness liveness;
  private final ControlFrames controls;
  private final ReentrantLock writeLock = new ReentrantLock();

  /** Why the connection is over; the first reason stays. */
  private final AtomicReference<@Nullable IOException> ending = new AtomicReference<>();

  /** Why nothing can be sent any more, although the peer's last words may still be read. */
  private final AtomicReference<@Nullable IOException> writeFailure = new AtomicReference<>();

  private volatile @Nullable PeerClose peerClose;

  WebSocket(Connection connection, WebSocketLimits limits, RandomGenerator random, String name) {
    this.connection = connection;
    reader = new FrameReader(connection.input(), limits.messageBytesMax());
    writer = new FrameWriter(connection.output(), random);
    liveness = new Liveness(limits.keepalive(), System.nanoTime());
    connection.patience(liveness);
    controls = new ControlFrames(new ControlOutput(), liveness);
    controls.start("websocket-control-" + name);
  }

  @Override
  public boolean isAnswering(Duration within) throws InterruptedException {
    long asked = System.nanoTime();
    controls.ping();
    return liveness.awaitHeard(asked, asked + Patience.nanos(within));
  }

  @Override
  public void sendText(String text) throws IOException {
    write(Opcode.TEXT, ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  @Override
  public void send(ByteBuffer... parts) throws IOException {
    write(Opcode.BINARY, parts);
  }

  private void write(int opcode, ByteBuffer... parts) throws IOException {
    writeLock.lock();
    try {
      failIfOver(ending);
      failIfOver(writeFailure);
      writer.write(opcode, parts);
    } catch (IOException e) {
      // A frame that left in part cannot be taken back. What the peer said before it went, which
      // may be why it went, waits for the reader.
      writeFailure.compareAndSet(null, e);
      throw reported(e);
    } finally {
      writeLock.unlock();
    }
  }

  @Override
  public @Nullable ByteBuffer receive() throws IOException {
    if (peerClose != null) {
      return null;
    }
    failIfOver(ending);
    try {
      while (true) {
        switch (reader.next()) {
          case Incoming.Message(ByteBuffer payload) -> {
            return payload;
          }
          case Incoming.Ping(ByteBuffer payload) -> controls.pong(payload);
          case Incoming.Pong() -> {
            // The bytes it came in have been noted as a sign of life.
          }
          case Incoming.Close(int code, String reason) -> {
            peerClose = new PeerClose(code, reason);
            finish(closePayload(code), new IOException("the peer closed the WebSocket"));
            return null;
          }
        }
      }
    } catch (FramingException e) {
      finish(closePayload(e.closeCode()), e);
      throw over(e);
    } catch (EOFException e) {
      throw over(new EOFException("the WebSocket peer dropped the connection"));
    } catch (IOException e) {
      throw over(e);
    }
  }

  /** The peer's close frame, null before {@link #receive} met it. */
  public @Nullable PeerClose peerClose() {
    return peerClose;
  }

  private static ByteBuffer closePayload(int code) {
    return code == FrameReader.CODE_NONE
        ? ByteBuffer.allocate(0)
        : ByteBuffer.allocate(Short.BYTES).putShort(0, (short) code);
  }

  /** Says good-bye, in bounded time. */
  private void finish(ByteBuffer closePayload, IOException reason) {
    long timeout = CLOSE_TIMEOUT.toNanos();
    controls.closeAndAwait(closePayload, timeout);
    ending.compareAndSet(null, reason);
    connection.finish(System.nanoTime() + timeout, CLOSE_DRAIN_BYTES_MAX);
    controls.stop();
  }

  private static void failIfOver(AtomicReference<@Nullable IOException> failure)
      throws IOException {
    IOException reason = failure.get();
    if (reason != null) {
      throw new IOException(reason.getMessage(), reason);
    }
  }

  /** Ends the connection for a reason; gives back what the caller should throw. */
  private IOException over(IOException cause) {
    end(cause);
    return reported(cause);
  }

  /** Whoever was woken because somebody else ended the connection reports that reason. */
  private IOException reported(IOException cause) {
    IOException earlier = ending.get();
    return earlier == null || earlier.equals(cause)
        ? cause
        : new IOException(earlier.getMessage(), earlier);
  }

  @Override
  public void close() {
    end(new IOException("the WebSocket was closed on this side"));
  }

  private void end(IOException reason) {
    ending.compareAndSet(null, reason);
    connection.close();
    controls.stop();
  }

  private final class ControlOutput implements ControlFrames.Output {
    @Override
    public void write(int opcode, ByteBuffer payload) throws IOException {
      WebSocket.this.write(opcode, payload);
    }

    @Override
    public void onFailure(IOException cause) {
      writeFailure.compareAndSet(null, cause);
    }
  }
}
