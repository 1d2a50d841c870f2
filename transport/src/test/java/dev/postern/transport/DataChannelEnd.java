package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.wire.SessionId;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.Side;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One end of a data channel whose receiver writes down what it hears. */
final class DataChannelEnd implements DataChannel.Receiver, AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  record Received(int payloadType, ByteBuffer payload) {}

  final LinkedBlockingQueue<Received> received = new LinkedBlockingQueue<>();
  final CompletableFuture<ChannelClosed> closed = new CompletableFuture<>();
  final CompletableFuture<IOException> givenUp = new CompletableFuture<>();
  volatile BooleanSupplier ready = () -> true;
  final DataChannel channel;

  DataChannelEnd(Side side, DataChannel.Dialer dialer, long seed) {
    channel =
        new DataChannel(
            side,
            new SessionId("alice-0a1b2c3d4e5f60718"),
            dialer,
            this,
            new ChannelSettings(
                ReconnectPolicy.doubling(
                    Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(2)),
                InstantSource.system(),
                new SplittableRandom(seed),
                seed % 2 == 0 ? ChannelThreads.VIRTUAL : ChannelThreads.PLATFORM));
  }

  static DataChannelEnd started(Side side, DataChannelLink link) {
    DataChannelEnd end = new DataChannelEnd(side, link.dialer(side), side == Side.AGENT ? 0 : 1);
    end.channel.start();
    return end;
  }

  @Override
  public boolean onStream(int payloadType, ByteBuffer payload) {
    if (!ready.getAsBoolean()) {
      return false;
    }
    received.add(new Received(payloadType, payload));
    return true;
  }

  @Override
  public void onChannelClosed(ChannelClosed message) {
    if (!closed.complete(message)) {
      throw new IllegalStateException("closed twice");
    }
  }

  @Override
  public void onGivenUp(IOException reason) {
    if (!givenUp.complete(reason)) {
      throw new IllegalStateException("given up twice");
    }
  }

  void send(int payloadType, String text) throws IOException {
    channel.send(payloadType, ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  /** The next payload as text. */
  String next() throws InterruptedException {
    Received next = received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing came");
    }
    return UTF_8.decode(next.payload).toString();
  }

  List<String> next(int count) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(next());
    }
    return texts;
  }

  /** As many bytes as asked for, whatever the boundaries. */
  byte[] nextBytes(int count) throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (bytes.size() < count) {
      Received next = received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("only " + bytes.size() + " bytes of " + count + " came");
      }
      byte[] payload = new byte[next.payload.remaining()];
      next.payload.get(payload);
      bytes.writeBytes(payload);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    channel.close();
  }

  /** Waits, not for ever. */
  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("waited too long");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
