package dev.postern.server.peer;

import dev.postern.server.listener.JdkWebSocket;
import dev.postern.server.listener.TestListener;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A scripted end of a control or data channel. */
public final class Peer implements AutoCloseable {
  private static final String INSTANCE_ID = "mi-0123456789abcdef0";

  private final JdkWebSocket socket;

  /** Over a connection that is open. */
  public Peer(JdkWebSocket socket) {
    this.socket = socket;
  }

  public static Peer open(TestListener listener, String path) throws Exception {
    return new Peer(JdkWebSocket.open(listener, path));
  }

  public void openControl(String token) throws Exception {
    socket.sendText(
        "{\"Cookie\":null,\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\""
            + UUID.randomUUID()
            + "\",\"TokenValue\":\""
            + token
            + "\",\"AgentVersion\":\"3.3.0.0\",\"PlatformType\":\"linux\"}");
  }

  /** Only the token is required of a client. */
  public void openData(String token) throws Exception {
    socket.sendText("{\"MessageSchemaVersion\":\"1.0\",\"TokenValue\":\"" + token + "\"}");
  }

  public void ping(String payload) throws Exception {
    socket.ping(payload);
  }

  /** Waits for the answer to a ping. */
  public String pong() throws InterruptedException {
    return socket.pong();
  }

  /** Sends a message in fragments of 4096 bytes, as official senders do with longer ones. */
  public void sendFragmented(AgentMessage message) throws Exception {
    socket.sendInPieces(bytes(message), 4096);
  }

  public void sendText(String text) throws Exception {
    socket.sendText(text);
  }

  public void sendBytes(byte[] bytes) throws Exception {
    socket.send(bytes);
  }

  public void send(AgentMessage message) throws Exception {
    socket.send(bytes(message));
  }

  private static byte[] bytes(AgentMessage message) {
    ByteBuffer encoded = message.encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  /** Sends a stream message. */
  public AgentMessage stream(Side side, long number, String text) throws Exception {
    return stream(side, number, PayloadType.OUTPUT, text.getBytes(StandardCharsets.UTF_8));
  }

  public AgentMessage stream(Side side, long number, int payloadType, byte[] payload)
      throws Exception {
    AgentMessage message =
        AgentMessage.stream(
            side,
            number,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            payloadType,
            ByteBuffer.wrap(payload));
    send(message);
    return message;
  }

  public void acknowledge(AgentMessage received) throws Exception {
    send(
        AgentMessage.onDataChannel(
            MessageType.ACKNOWLEDGE,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            Acknowledge.of(received).toPayload()));
  }

  public void state(String state) throws Exception {
    send(
        AgentMessage.onDataChannel(
            MessageType.AGENT_SESSION_STATE,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            new AgentSessionState(state, "session").toPayload()));
  }

  public AgentMessage taskComplete(String sessionId, String status, String output)
      throws Exception {
    AgentMessage message =
        AgentMessage.onControlChannel(
            MessageType.AGENT_TASK_COMPLETE,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            AgentTaskComplete.of(
                    sessionId, status, INSTANCE_ID, output, AgentTaskComplete.LogTargets.NONE, 1)
                .toPayload());
    send(message);
    return message;
  }

  public byte[] receiveBytes() throws InterruptedException {
    return socket.receive();
  }

  public AgentMessage receive() throws Exception {
    return AgentMessage.decode(ByteBuffer.wrap(socket.receive()));
  }

  /** The next message if one comes within the time. */
  public @Nullable AgentMessage receive(long milliseconds) throws Exception {
    byte[] bytes = socket.receive(milliseconds);
    return bytes == null ? null : AgentMessage.decode(ByteBuffer.wrap(bytes));
  }

  /** Waits for a stream message and acknowledges it. */
  public AgentMessage receiveStream() throws Exception {
    AgentMessage message = receive();
    if (!MessageType.isStream(message.messageType())) {
      throw new AssertionError(message.messageType() + " instead of a stream message");
    }
    acknowledge(message);
    return message;
  }

  public static String text(AgentMessage message) {
    return StandardCharsets.UTF_8.decode(message.payload()).toString();
  }

  public static Acknowledge acknowledged(AgentMessage message) throws MalformedMessageException {
    if (!message.messageType().equals(MessageType.ACKNOWLEDGE)) {
      throw new AssertionError(message.messageType() + " instead of acknowledge");
    }
    return Acknowledge.parse(message.payload());
  }

  public ChannelClosed receiveClosed() throws Exception {
    AgentMessage message = receive();
    if (!message.messageType().equals(MessageType.CHANNEL_CLOSED)) {
      throw new AssertionError(message.messageType() + " instead of channel_closed");
    }
    return ChannelClosed.parse(message.payload());
  }

  public int closeCode() throws InterruptedException {
    return socket.closeCode();
  }

  public boolean isOpen() {
    return socket.isOpen();
  }

  /** Drops TCP. */
  @Override
  public void close() {
    socket.close();
  }
}
