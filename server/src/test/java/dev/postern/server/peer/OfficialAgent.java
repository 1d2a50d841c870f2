package dev.postern.server.peer;

import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The agent's end of a session as the official one behaves (spec/data-channel.md 2.3, 4.4, 5.2): it
 * acknowledges every duplicate, and a HandshakeResponse only after it sent HandshakeComplete.
 */
public final class OfficialAgent extends OfficialEnd {
  private static final int WAIT_SECONDS = 20;

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean handshaking;

  /** Over a connection that is open, with the token sent. */
  public OfficialAgent(Peer peer) throws Exception {
    super(Side.AGENT);
    connect(peer);
    peer.state(AgentSessionState.CONNECTED);
  }

  /** The same session over another connection; a reconnect is not told as a state. */
  public void reconnect(Peer peer) {
    connect(peer);
  }

  /** Begins the handshake of a port session. */
  public void requestPort() throws Exception {
    handshaking = true;
    var properties = new JsonObject(Map.of("portNumber", "5432", "type", "LocalPortForwarding"));
    ByteBuffer request =
        new HandshakeRequest(
                "3.3.1142.0",
                List.of(new ClientAction.SessionTypeAction(SessionType.PORT, properties)))
            .toPayload();
    byte[] payload = new byte[request.remaining()];
    request.get(payload);
    sendStream(PayloadType.HANDSHAKE_REQUEST, payload);
  }

  @Override
  boolean acknowledgesDuplicates() {
    return true;
  }

  @Override
  boolean acknowledgesFirst() {
    return false;
  }

  @Override
  void consume(AgentMessage message) throws Exception {
    if (message.payloadType() == PayloadType.HANDSHAKE_RESPONSE) {
      handshaking = false;
      sendStream(
          PayloadType.HANDSHAKE_COMPLETE,
          "{\"HandshakeTimeToComplete\":1000000,\"CustomerMessage\":\"\"}"
              .getBytes(StandardCharsets.US_ASCII));
    } else if (!handshaking) {
      deliver(message);
    }
  }

  @Override
  void control(AgentMessage message) {
    switch (message.messageType()) {
      case MessageType.CHANNEL_CLOSED -> closed.countDown();
      default -> throw new AssertionError("an agent was sent " + message.messageType());
    }
  }

  /** Waits until the service ended the session. */
  public void awaitClosed() throws InterruptedException {
    if (!closed.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the session was not ended");
    }
  }

  /** The program ended by itself: says so, and hangs up without a close frame. */
  public void end() throws Exception {
    peer().state(AgentSessionState.TERMINATING);
    close();
  }
}
