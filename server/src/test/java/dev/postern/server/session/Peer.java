package dev.postern.server.session;

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
final class Peer implements AutoCloseable {
  private final JdkWebSocket socket;

  private Peer(JdkWebSocket socket) {
    this.socket = socket;
  }

  static Peer open(TestListener listener, String path) throws Exception {
    return new Peer(JdkWebSocket.open(listener, path));
  }

  void openControl(String token) throws Exception {
    socket.sendText(
        "{\"Cookie\":null,\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\""
            + UUID.randomUUID()
            + "\",\"TokenValue\":\""
            + token
            + "\",\"AgentVersion\":\"3.3.0.0\",\"PlatformType\":\"linux\"}");
  }

  /** Only the token is required of a client. */
  void openData(String token) throws Exception {
    socket.sendText("{\"MessageSchemaVersion\":\"1.0\",\"TokenValue\":\"" + token + "\"}");
  }

  void sendText(String text) throws Exception {
    socket.sendText(text);
  }

  void sendBytes(byte[] bytes) throws Exception {
    socket.send(bytes);
  }

  void send(AgentMessage message) throws Exception {
    ByteBuffer encoded = message.encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    socket.send(bytes);
  }

  /** Sends a stream message. */
  AgentMessage stream(Side side, long number, String text) throws Exception {
    return stream(side, number, PayloadType.OUTPUT, text.getBytes(StandardCharsets.UTF_8));
  }

  AgentMessage stream(Side side, long number, int payloadType, byte[] payload) throws Exception {
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

  void acknowledge(AgentMessage received) throws Exception {
    send(
        AgentMessage.onDataChannel(
            MessageType.ACKNOWLEDGE,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            Acknowledge.of(received).toPayload()));
  }

  void state(String state) throws Exception {
    send(
        AgentMessage.onDataChannel(
            MessageType.AGENT_SESSION_STATE,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            new AgentSessionState(state, "session").toPayload()));
  }

  AgentMessage taskComplete(String sessionId, String status, String output) throws Exception {
    AgentMessage message =
        AgentMessage.onControlChannel(
            MessageType.AGENT_TASK_COMPLETE,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            AgentTaskComplete.of(
                    sessionId,
                    status,
                    TestGateway.NODE,
                    output,
                    AgentTaskComplete.LogTargets.NONE,
                    1)
                .toPayload());
    send(message);
    return message;
  }

  byte[] receiveBytes() throws InterruptedException {
    return socket.receive();
  }

  AgentMessage receive() throws Exception {
    return AgentMessage.decode(ByteBuffer.wrap(socket.receive()));
  }

  /** The next message if one comes within the time. */
  @Nullable AgentMessage receive(long milliseconds) throws Exception {
    byte[] bytes = socket.receive(milliseconds);
    return bytes == null ? null : AgentMessage.decode(ByteBuffer.wrap(bytes));
  }

  /** Waits for a stream message and acknowledges it. */
  AgentMessage receiveStream() throws Exception {
    AgentMessage message = receive();
    if (!MessageType.isStream(message.messageType())) {
      throw new AssertionError(message.messageType() + " instead of a stream message");
    }
    acknowledge(message);
    return message;
  }

  static String text(AgentMessage message) {
    return StandardCharsets.UTF_8.decode(message.payload()).toString();
  }

  static Acknowledge acknowledged(AgentMessage message) throws MalformedMessageException {
    if (!message.messageType().equals(MessageType.ACKNOWLEDGE)) {
      throw new AssertionError(message.messageType() + " instead of acknowledge");
    }
    return Acknowledge.parse(message.payload());
  }

  ChannelClosed receiveClosed() throws Exception {
    AgentMessage message = receive();
    if (!message.messageType().equals(MessageType.CHANNEL_CLOSED)) {
      throw new AssertionError(message.messageType() + " instead of channel_closed");
    }
    return ChannelClosed.parse(message.payload());
  }

  int closeCode() throws InterruptedException {
    return socket.closeCode();
  }

  boolean isOpen() {
    return socket.isOpen();
  }

  /** Drops TCP. */
  @Override
  public void close() {
    socket.close();
  }
}
