package dev.postern.client.session;

import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client's WebSocket as seen from the other end, which plays relay and agent in one. A thread
 * of the gateway reads it; the test takes what came in order.
 */
public final class TestSocket {
  private static final long PATIENCE_SECONDS = 60;
  private static final int TEXT = 0x1;

  private final Socket socket;
  private final OutputStream output;
  private final BlockingQueue<AgentMessage> streams = new LinkedBlockingQueue<>();
  private final BlockingQueue<AgentMessage> acknowledgements = new LinkedBlockingQueue<>();
  private final List<ByteBuffer> encoded = new CopyOnWriteArrayList<>();
  private final Set<Long> seen = new HashSet<>();
  private final Semaphore pings = new Semaphore(0);
  private final AtomicInteger repetitions = new AtomicInteger();
  private final String opening;
  private int opcode;
  private volatile boolean acknowledging;

  TestSocket(Socket socket, DataInputStream input) throws IOException {
    this.socket = socket;
    this.output = socket.getOutputStream();
    this.opening = new String(message(input), StandardCharsets.UTF_8);
    if (opcode != TEXT) {
      throw new IOException("the first frame is no text");
    }
  }

  /** The OpenDataChannel text. */
  public String opening() {
    return opening;
  }

  void readAll(DataInputStream input) throws IOException {
    try {
      while (true) {
        ByteBuffer bytes = ByteBuffer.wrap(message(input));
        encoded.add(bytes);
        AgentMessage message = AgentMessage.decode(bytes);
        if (message.messageType().equals(MessageType.ACKNOWLEDGE)) {
          acknowledgements.add(message);
          continue;
        }
        if (acknowledging) {
          acknowledge(message);
        }
        if (seen.add(message.sequenceNumber())) {
          streams.add(message);
        } else {
          repetitions.incrementAndGet();
        }
      }
    } catch (EOFException | SocketException end) {
      // the client closed, or the test did
    } catch (dev.postern.wire.message.MalformedMessageException malformed) {
      throw new AssertionError(malformed);
    }
  }

  /** Acknowledges everything from now on in the moment in which it is read. */
  public void acknowledgeAtOnce() {
    acknowledging = true;
  }

  /** How many stream messages came more than once. */
  public int repetitions() {
    return repetitions.get();
  }

  /** All binary messages as they came. */
  public List<ByteBuffer> encoded() {
    return List.copyOf(encoded);
  }

  /** The next stream message that was not sent before on this connection. */
  public AgentMessage take() throws InterruptedException {
    return next(streams);
  }

  /** The sequence number that the next acknowledgement names. */
  public long takeAcknowledged() throws Exception {
    return Acknowledge.parse(next(acknowledgements).payload()).acknowledgedMessageSequenceNumber();
  }

  /** The next acknowledgement. */
  public AgentMessage takeAcknowledgement() throws InterruptedException {
    return next(acknowledgements);
  }

  /** The number that an acknowledgement within a short time names; null if none comes. */
  public @Nullable Long pollAcknowledged(long millis) throws Exception {
    AgentMessage acknowledgement = acknowledgements.poll(millis, TimeUnit.MILLISECONDS);
    return acknowledgement == null
        ? null
        : Acknowledge.parse(acknowledgement.payload()).acknowledgedMessageSequenceNumber();
  }

  /** A stream message within a short time; null if none comes. */
  public @Nullable AgentMessage poll(long millis) throws InterruptedException {
    return streams.poll(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits for a ping that has not been waited for; it is answered when this returns. */
  public void awaitPing() throws InterruptedException {
    if (!pings.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the client sent no ping");
    }
  }

  private static AgentMessage next(BlockingQueue<AgentMessage> queue) throws InterruptedException {
    AgentMessage message = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("the client sent nothing");
    }
    return message;
  }

  /** Sends one agent's stream message. */
  public void sendStream(long sequenceNumber, int payloadType, String payload) throws IOException {
    send(stream(sequenceNumber, payloadType, payload).encode());
  }

  public static AgentMessage stream(long sequenceNumber, int payloadType, String payload) {
    return AgentMessage.stream(
        dev.postern.wire.message.Side.AGENT,
        sequenceNumber,
        1_700_000_000_000L,
        UUID.randomUUID(),
        payloadType,
        ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends an unsequenced message. */
  public void sendControl(String messageType, String json) throws IOException {
    send(
        AgentMessage.onDataChannel(
                messageType,
                1_700_000_000_000L,
                UUID.randomUUID(),
                ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)))
            .encode());
  }

  /** Acknowledges a message of the client. */
  public void acknowledge(AgentMessage message) throws IOException {
    sendControl(
        MessageType.ACKNOWLEDGE,
        "{\"AcknowledgedMessageType\":\"input_stream_data\",\"AcknowledgedMessageId\":\""
            + message.messageId()
            + "\",\"AcknowledgedMessageSequenceNumber\":"
            + message.sequenceNumber()
            + ",\"IsSequentialMessage\":true}");
  }

  /** Ends the session as the service does. */
  public void closeChannel(String text) throws IOException {
    sendControl(
        MessageType.CHANNEL_CLOSED,
        "{\"MessageId\":\"m\",\"CreatedDate\":\"2024-11-19T07:06:40.123Z\",\"DestinationId\":\"d\",\"SessionId\":\"s\","
            + "\"MessageType\":\"channel_closed\",\"SchemaVersion\":1,\"Output\":\""
            + text
            + "\"}");
  }

  /** Sends bytes as one binary message. */
  public void send(ByteBuffer bytes) throws IOException {
    frame(0x2, bytes);
  }

  /** Gives the client what opens its next connection, as the service does. */
  public void giveResumeToken(String tokenValue) throws IOException {
    sendControl(MessageType.RESUME_TOKEN, "{\"TokenValue\":\"" + tokenValue + "\"}");
  }

  /** Refuses the client by a close frame with 1008. */
  public void refuse() throws IOException {
    frame(0x8, ByteBuffer.allocate(2).putShort(0, (short) 1008));
  }

  /** Cuts the connection without a word. */
  public void cut() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private synchronized void frame(int opcode, ByteBuffer payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(payload.remaining() + 10);
    frame.put((byte) (0x80 | opcode));
    if (payload.remaining() < 126) {
      frame.put((byte) payload.remaining());
    } else {
      frame.put((byte) 126).putShort((short) payload.remaining());
    }
    frame.put(payload).flip();
    output.write(frame.array(), 0, frame.limit());
    output.flush();
  }

  /** One whole message; pings on the way are answered. */
  private byte[] message(DataInputStream input) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    while (true) {
      int head = input.readUnsignedByte();
      int length = input.readUnsignedByte() & 0x7f;
      if (length == 126) {
        length = input.readUnsignedShort();
      } else if (length == 127) {
        length = Math.toIntExact(input.readLong());
      }
      byte[] mask = input.readNBytes(4);
      byte[] payload = input.readNBytes(length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      switch (head & 0xf) {
        case 0x0, TEXT, 0x2 -> {
          if ((head & 0xf) != 0) {
            opcode = head & 0xf;
          }
          message.write(payload);
          if ((head & 0x80) != 0) {
            return message.toByteArray();
          }
        }
        case 0x9 -> {
          frame(0xa, ByteBuffer.wrap(payload));
          pings.release();
        }
        case 0x8 -> throw new EOFException("close frame");
        default -> {}
      }
    }
  }
}
