package dev.postern.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends a WebSocket's pings, pongs and close frame. Owns one virtual thread, from {@link #start}
 * until the close frame or {@link #stop}.
 *
 * <p>The reader never writes itself: were it to wait for a peer that does not read, it could no
 * longer see that the peer is gone. Of several pings that arrive while a pong waits only the latest
 * is answered (RFC 6455 5.5.3), so nothing queues up.
 */
final class ControlFrames {
  interface Output {
    void write(int opcode, ByteBuffer payload) throws IOException;

    void onFailure(IOException cause);
  }

  private static final byte[] PING_PAYLOAD = ByteInput.bytes("keepalive");

  private final Output output;
  private final Liveness liveness;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable ByteBuffer pong;
  private @Nullable ByteBuffer close;
  private boolean stopped;
  private boolean ended;

  ControlFrames(Output output, Liveness liveness) {
    this.output = output;
    this.liveness = liveness;
  }

  void start(String name) {
    Thread.ofVirtual().name(name).start(this::run);
  }

  /** Answers a ping as soon as the message that is being sent, if any, is out. */
  void pong(ByteBuffer payload) {
    lock.lock();
    try {
      pong = payload;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends a ping as soon as the message that is being sent, if any, is out. */
  void ping() {
    lock.lock();
    try {
      liveness.pingFrom(System.nanoTime());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends the close frame and waits until it is out, or until the time is up. */
  void closeAndAwait(ByteBuffer payload, long nanosMax) {
    lock.lock();
    try {
      close = payload;
      changed.signalAll();
      long left = nanosMax;
      while (!ended && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread, which may still wait for a write that somebody else has to interrupt. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private record Frame(int opcode, ByteBuffer payload) {}

  private void run() {
    try {
      for (Frame frame = await(); frame != null; frame = await()) {
        if (frame.opcode == Opcode.PING) {
          liveness.onPing(System.nanoTime());
        }
        output.write(frame.opcode, frame.payload);
        if (frame.opcode == Opcode.CLOSE) {
          return;
        }
      }
    } catch (IOException e) {
      output.onFailure(e);
    } catch (InterruptedException e) {
      output.onFailure(new IOException("the sender of control frames was interrupted", e));
    } finally {
      end();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for something to send; null when there will be nothing more. */
  private @Nullable Frame await() throws InterruptedException {
    lock.lock();
    try {
      while (!stopped) {
        if (close != null) {
          return new Frame(Opcode.CLOSE, close);
        }
        if (pong != null) {
          ByteBuffer payload = pong;
          pong = null;
          return new Frame(Opcode.PONG, payload);
        }
        long wait = liveness.untilPingNanos(System.nanoTime());
        if (wait <= 0) {
          return new Frame(Opcode.PING, ByteBuffer.wrap(PING_PAYLOAD));
        }
        changed.await(wait, TimeUnit.NANOSECONDS);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
