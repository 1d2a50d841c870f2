package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.agent.FakeService;
import dev.postern.agent.FakeSocket;
import dev.postern.transport.ChannelSettings;
import dev.postern.transport.ChannelThreads;
import dev.postern.transport.DataChannel;
import dev.postern.transport.ReconnectPolicy;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.TerminalSize;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.handshake.ProcessedAction;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client whose data channel ends directly at the agent's WebSocket. */
final class ClientEnd implements DataChannel.Receiver, AutoCloseable {
  private final FakeService service;
  private final String id;
  private final DataChannel channel;
  private final LinkedBlockingQueue<FakeSocket> sockets = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  final List<Integer> payloadTypes = new ArrayList<>();
  final List<OpenDataChannel> introductions = new ArrayList<>();
  private String exitCode = "";
  volatile boolean answersHandshake = true;
  volatile String version = "1.2.677.0";
  volatile List<String> extensions = List.of();

  /** Where output goes instead of being kept. */
  volatile Tap tap = bytes -> output.writeBytes(bytes);

  interface Tap {
    void accept(byte[] bytes) throws MalformedMessageException, InterruptedException;
  }

  ClientEnd(FakeService service, String id) {
    this.service = service;
    this.id = id;
    channel =
        new DataChannel(
            Side.CLIENT,
            new SessionId(id),
            this::dial,
            this,
            new ChannelSettings(
                new ReconnectPolicy((_, _) -> Duration.ZERO, Duration.ofMinutes(1)),
                InstantSource.system(),
                new SplittableRandom(),
                ChannelThreads.VIRTUAL));
    channel.start();
  }

  private FakeSocket dial() throws IOException {
    try {
      FakeService.Opened opened = service.nextSocket("/v1/data-channel/" + id);
      synchronized (this) {
        introductions.add(
            OpenDataChannel.parse(ByteBuffer.wrap(opened.introduction().getBytes(UTF_8))));
      }
      sockets.add(opened.socket());
      return opened.socket();
    } catch (InterruptedException | MalformedMessageException ended) {
      throw new IOException(ended);
    }
  }

  /** Breaks the connection that is in use. */
  void breakConnection() throws InterruptedException {
    FakeSocket socket = sockets.poll(20, TimeUnit.SECONDS);
    if (socket == null) {
      throw new AssertionError("there is no connection to break");
    }
    socket.close();
  }

  @Override
  public synchronized boolean onStream(int payloadType, ByteBuffer payload) {
    payloadTypes.add(payloadType);
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    switch (payloadType) {
      case PayloadType.OUTPUT -> tap(bytes);
      case PayloadType.STD_ERR -> error.writeBytes(bytes);
      case PayloadType.EXIT_CODE -> exitCode = new String(bytes, UTF_8);
      case PayloadType.HANDSHAKE_REQUEST -> {
        if (answersHandshake) {
          Thread.ofVirtual().start(this::answerTwice);
        }
      }
      default -> {}
    }
    notifyAll();
    return true;
  }

  private void tap(byte[] bytes) {
    try {
      tap.accept(bytes);
    } catch (MalformedMessageException | InterruptedException wrong) {
      throw new AssertionError(wrong);
    }
  }

  /** The second answer must do no harm. */
  private void answerTwice() {
    HandshakeResponse response =
        new HandshakeResponse(
            version, List.of(ProcessedAction.succeeded("SessionType")), List.of(), extensions);
    channel.agree(extensions);
    try {
      channel.send(PayloadType.HANDSHAKE_RESPONSE, response.toPayload());
      channel.send(PayloadType.HANDSHAKE_RESPONSE, response.toPayload());
    } catch (IOException ended) {
      // The test has ended before.
    }
  }

  @Override
  public void onChannelClosed(ChannelClosed closed) {}

  @Override
  public void onGivenUp(IOException reason) {}

  void type(String text) throws IOException {
    channel.send(PayloadType.OUTPUT, NodeFixture.bytes(text));
  }

  void resize(int cols, int rows) throws IOException {
    channel.send(PayloadType.SIZE, new TerminalSize(cols, rows).toPayload());
  }

  void send(int payloadType, ByteBuffer payload) throws IOException {
    channel.send(payloadType, payload);
  }

  synchronized void awaitPayloadType(int type) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!payloadTypes.contains(type)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("no payload of type " + type + " among " + payloadTypes);
      }
      wait(left);
    }
  }

  synchronized String awaitOutput(String expected) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!output.toString(UTF_8).contains(expected)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("no " + expected + " in " + output.toString(UTF_8));
      }
      wait(left);
    }
    return output.toString(UTF_8);
  }

  synchronized String output() {
    return output.toString(UTF_8);
  }

  synchronized String error() {
    return error.toString(UTF_8);
  }

  synchronized String exitCode() {
    return exitCode;
  }

  @Override
  public void close() {
    channel.close();
  }
}
