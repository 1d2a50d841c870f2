package dev.postern.client.session;

import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent and the service in front of it, on a client's connection, with the habits of the
 * official ones (spec/data-channel.md 3.5, 5.3, 12): 1 KiB at a time and a pause after each, a copy
 * of each message until it is acknowledged, the oldest of them sent again every 100 ms, everything
 * again on a new connection, and messages of the service in the forms that the hosted one was seen
 * to send. A thread of its own resends.
 */
public final class ScriptedAgent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CHUNK_BYTES_MAX = 1024;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long RESEND_MILLIS = 100;

  /** Without the field PayloadType. */
  private static final int HEADER_LENGTH_HOSTED = 112;

  private static final long CREATED = 1_700_000_000_000L;

  private final NavigableMap<Long, ByteBuffer> unacknowledged = new TreeMap<>();
  private final List<Long> acknowledged = new ArrayList<>();
  private final Thread resender;
  private TestSocket socket;
  private long next;
  private int dropEvery = Integer.MAX_VALUE;
  private boolean closed;

  public ScriptedAgent(TestSocket socket) {
    this.socket = socket;
    this.resender = Thread.ofVirtual().start(this::resend);
  }

  /** The client's connection. */
  public synchronized TestSocket socket() {
    return socket;
  }

  /** From now on every nth message is lost when it is sent for the first time. */
  public synchronized void loseEvery(int nth) {
    dropEvery = nth;
  }

  /** Goes on on a new connection of the client; the service sends the whole window again. */
  public synchronized void continueOn(TestSocket fresh) throws IOException {
    socket = fresh;
    for (ByteBuffer message : unacknowledged.values()) {
      fresh.send(message.duplicate());
    }
  }

  /** Sends a message of the output stream. */
  public synchronized void send(int payloadType, byte[] payload) throws IOException {
    ByteBuffer message =
        AgentMessage.stream(
                Side.AGENT, next, CREATED, UUID.randomUUID(), payloadType, ByteBuffer.wrap(payload))
            .encode();
    unacknowledged.put(next, message);
    next++;
    if (next % dropEvery != 0) {
      socket.send(message.duplicate());
    }
  }

  public void send(int payloadType, String payload) throws IOException {
    send(payloadType, payload.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends what a terminal or a program prints. */
  public void print(byte[] output) throws IOException {
    for (int from = 0; from < output.length; from += CHUNK_BYTES_MAX) {
      int to = Math.min(from + CHUNK_BYTES_MAX, output.length);
      send(PayloadType.OUTPUT, Arrays.copyOfRange(output, from, to));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  public void print(String output) throws IOException {
    print(output.getBytes(StandardCharsets.UTF_8));
  }

  /** Asks for a session of a type, with further actions as JSON; the request is output number 0. */
  public void requestHandshake(String sessionType, String moreActions) throws IOException {
    send(
        PayloadType.HANDSHAKE_REQUEST,
        "{\"AgentVersion\":\"3.3.1142.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\","
            + "\"ActionParameters\":{\"SessionType\":\""
            + sessionType
            + "\",\"Properties\":null}}"
            + moreActions
            + "]}");
  }

  public void completeHandshake() throws IOException {
    send(
        PayloadType.HANDSHAKE_COMPLETE,
        "{\"HandshakeTimeToComplete\":185000000,\"CustomerMessage\":\"\"}");
  }

  /** The whole handshake of a command, whose response is acknowledged after its completion. */
  public AgentMessage shakeHandsForCommand() throws Exception {
    requestHandshake(SessionType.NON_INTERACTIVE_COMMANDS, "");
    AgentMessage response = socket().take();
    completeHandshake();
    socket().acknowledge(response);
    return response;
  }

  /** The client's next input, acknowledged. */
  public AgentMessage takeInput() throws Exception {
    AgentMessage input = socket().take();
    socket().acknowledge(input);
    return input;
  }

  /** Ends the session as the hosted service does: a short header, and NUL around the type. */
  public void closeChannelAsHosted(String text) throws IOException {
    String json =
        "{\"MessageId\":\"550e8400-e29b-41d4-a716-446655440000\",\"CreatedDate\":\"2024-11-19T07:06:40.123Z\","
            + "\"DestinationId\":\"9eb2aa6d-936c-44a9-80aa-2c163fd558d8\",\"SessionId\":\"alice-0a1b2c3d4e5f60718\","
            + "\"MessageType\":\"channel_closed\",\"SchemaVersion\":1,\"Output\":\""
            + text
            + "\"}";
    ByteBuffer whole =
        AgentMessage.onDataChannel(
                MessageType.CHANNEL_CLOSED,
                CREATED,
                UUID.randomUUID(),
                ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)))
            .encode();
    ByteBuffer hosted = ByteBuffer.allocate(whole.remaining() - Integer.BYTES);
    hosted.put(whole.slice(0, HEADER_LENGTH_HOSTED));
    hosted.put(whole.slice(HEADER_LENGTH_HOSTED + Integer.BYTES, hosted.remaining()));
    hosted.putInt(0, HEADER_LENGTH_HOSTED);
    padWithNul(hosted);
    socket().send(hosted.flip());
  }

  /** A publication message with a length and a digest that mean nothing. */
  public void publishAsHosted(String messageType) throws IOException {
    ByteBuffer message =
        AgentMessage.onDataChannel(
                messageType, CREATED, UUID.randomUUID(), ByteBuffer.wrap(new byte[] {1, 2, 3}))
            .encode();
    message.putLong(40, 0).putLong(80, 0x6e6f6e73656e7365L).putInt(116, 1_701_064_302);
    padWithNul(message);
    socket().send(message);
  }

  /** Replaces the spaces behind the message type, which has 32 bytes from the fourth on. */
  public static void padWithNul(ByteBuffer message) {
    for (int i = 4; i < 36; i++) {
      if (message.get(i) == ' ') {
        message.put(i, (byte) 0);
      }
    }
  }

  /** The numbers that the client acknowledged, in the order of their arrival. */
  public synchronized List<Long> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** Waits until the client has acknowledged everything. */
  public synchronized void awaitAcknowledged() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!unacknowledged.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not acknowledged: " + unacknowledged.keySet());
      }
      wait(RESEND_MILLIS);
    }
  }

  private void resend() {
    try {
      long resendAt = System.nanoTime() + RESEND_MILLIS * 1_000_000;
      while (tend(Math.max(1, (resendAt - System.nanoTime()) / 1_000_000))) {
        if (System.nanoTime() - resendAt >= 0) {
          resendOldest();
          resendAt += RESEND_MILLIS * 1_000_000;
        }
      }
    } catch (Exception end) {
      throw new IllegalStateException("the agent cannot go on", end);
    }
  }

  private boolean tend(long millis) throws Exception {
    Long number = socket().pollAcknowledged(millis);
    synchronized (this) {
      if (number != null) {
        acknowledged.add(number);
        unacknowledged.remove(number);
        notifyAll();
      }
      return !closed;
    }
  }

  private synchronized void resendOldest() {
    if (!unacknowledged.isEmpty()) {
      try {
        socket.send(unacknowledged.firstEntry().getValue().duplicate());
      } catch (IOException lost) {
        // A new connection gets everything anyway.
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    try {
      resender.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
