package dev.postern.client.session;

import dev.postern.transport.DataChannel;
import dev.postern.wire.message.PayloadType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What signals send to a program on the node: keys and window sizes, in their order. A virtual
 * thread of its own, to {@link #close}, waits for room in the channel, so that whoever handles
 * signals never does: a dead link must not keep the next signal from ending the program.
 */
final class SignalInput implements AutoCloseable {
  /** More than a person presses while the link is dead; further ones are dropped. */
  private static final int WAITING_MAX = 64;

  private record Input(int payloadType, ByteBuffer payload) {}

  private final DataChannel channel;
  private final BlockingQueue<Input> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
  private final Thread thread;

  SignalInput(DataChannel channel) {
    this.channel = channel;
    this.thread = Thread.ofVirtual().name("signal-input").start(this::sendAll);
  }

  /** Returns at once. */
  void key(byte key) {
    boolean _ = waiting.offer(new Input(PayloadType.OUTPUT, ByteBuffer.wrap(new byte[] {key})));
  }

  /** Returns at once. */
  void size(ByteBuffer size) {
    boolean _ = waiting.offer(new Input(PayloadType.SIZE, size));
  }

  private void sendAll() {
    try {
      while (true) {
        Input next = waiting.take();
        channel.send(next.payloadType, next.payload);
      }
    } catch (IOException | InterruptedException end) {
      // The session has ended, and its receiver hears how.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
