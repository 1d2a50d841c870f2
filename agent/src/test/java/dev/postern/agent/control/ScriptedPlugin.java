package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.agent.FakeSocket;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.ProcessedAction;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an official plugin would be seen to send, message by message, as the test says; and
 * everything that the agent sends on one connection, in order. It acknowledges only when told.
 */
final class ScriptedPlugin implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final FakeSocket socket;
  private final LinkedBlockingQueue<AgentMessage> arrived = new LinkedBlockingQueue<>();
  private final List<AgentMessage> seen = new ArrayList<>();
  private long nextNumber;

  /**
   * @param nextNumber of its stream; not 0 after a reconnect
   */
  ScriptedPlugin(FakeSocket socket, long nextNumber) {
    this.socket = socket;
    this.nextNumber = nextNumber;
    Thread.ofVirtual().start(this::readAll);
  }

  private void readAll() {
    try {
      for (ByteBuffer bytes = socket.receive(); bytes != null; bytes = socket.receive()) {
        arrived.add(official(bytes));
      }
    } catch (IOException closed) {
      // The test has closed it.
    } catch (MalformedMessageException wrong) {
      throw new AssertionError(wrong);
    }
  }

  /** The official plugin checks digests, and takes one acknowledgement for one message. */
  private static AgentMessage official(ByteBuffer bytes) throws MalformedMessageException {
    AgentMessage message = AgentMessage.decodeAsClient(bytes);
    if (message.messageType().equals(MessageType.ACKNOWLEDGE)
        && Acknowledge.parse(message.payload()).cumulative()) {
      throw new MalformedMessageException("an acknowledgement that only our own plugin reads");
    }
    return message;
  }

  /** The next message that the agent sent. */
  AgentMessage take() throws InterruptedException {
    AgentMessage message = poll(PATIENCE_SECONDS * 1000L);
    if (message == null) {
      throw new AssertionError("the agent sent nothing more than " + seen);
    }
    return message;
  }

  @Nullable AgentMessage poll(long millis) throws InterruptedException {
    AgentMessage message = arrived.poll(millis, TimeUnit.MILLISECONDS);
    if (message != null) {
      seen.add(message);
    }
    return message;
  }

  /** The next message of a kind; what comes before it is kept in {@link #seen} alone. */
  AgentMessage take(Predicate<AgentMessage> kind) throws InterruptedException {
    AgentMessage message = take();
    while (!kind.test(message)) {
      message = take();
    }
    return message;
  }

  AgentMessage takeStream(int payloadType) throws InterruptedException {
    return take(message -> isStream(message) && message.payloadType() == payloadType);
  }

  AgentMessage takeAcknowledge(long number) throws InterruptedException {
    return take(message -> isAcknowledgeOf(message, number));
  }

  static boolean isStream(AgentMessage message) {
    return message.messageType().equals(Side.AGENT.streamType());
  }

  static boolean isAcknowledgeOf(AgentMessage message, long number) {
    try {
      return message.messageType().equals(MessageType.ACKNOWLEDGE)
          && Acknowledge.parse(message.payload()).acknowledgedMessageSequenceNumber() == number;
    } catch (MalformedMessageException wrong) {
      throw new AssertionError(wrong);
    }
  }

  /** Everything that has been taken so far, in order. */
  List<AgentMessage> seen() {
    return seen;
  }

  AgentMessage send(int payloadType, ByteBuffer payload) throws IOException {
    AgentMessage message =
        AgentMessage.stream(
            Side.CLIENT,
            nextNumber++,
            System.currentTimeMillis(),
            UUID.randomUUID(),
            payloadType,
            payload);
    socket.send(message.encode());
    return message;
  }

  AgentMessage type(String text) throws IOException {
    return send(PayloadType.OUTPUT, ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  /** Exactly the same once more. */
  void repeat(AgentMessage message) throws IOException {
    socket.send(message.encode());
  }

  AgentMessage answerHandshake(String clientVersion) throws IOException {
    return send(
        PayloadType.HANDSHAKE_RESPONSE,
        new HandshakeResponse(
                clientVersion, List.of(ProcessedAction.succeeded("SessionType")), List.of())
            .toPayload());
  }

  void acknowledge(AgentMessage message) throws IOException {
    sendControl(MessageType.ACKNOWLEDGE, Acknowledge.of(message).toPayload());
  }

  void sendControl(String type, ByteBuffer payload) throws IOException {
    socket.send(
        AgentMessage.onDataChannel(type, System.currentTimeMillis(), UUID.randomUUID(), payload)
            .encode());
  }

  @Override
  public void close() {
    socket.close();
  }
}
