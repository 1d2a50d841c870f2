package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.bus.EndSession;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Service MUSTs 4 to 20 of spec/data-channel.md 14, by their numbers, over real sockets. */
@Timeout(60)
class DataChannelTest {
  @TempDir private Path directory;
  private TestGateway server;
  private Peer control;

  @BeforeEach
  void start() throws Exception {
    server = new TestGateway(directory, TestGateway.OPTIONS);
    control = server.control();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A session whose two sides are there. */
  private final class Pair implements AutoCloseable {
    private final SessionId id;
    private Peer agent;
    private Peer client;

    Pair() throws Exception {
      id = server.startSession();
      assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());
      agent = server.agent(id);
      agent.state(AgentSessionState.CONNECTED);
      client = server.client(id);
      server.awaitStatus(id, Status.Connected);
    }

    @Override
    public void close() {
      agent.close();
      client.close();
    }
  }

  @Test
  void must4FirstTextNeedsAValidTokenOfThisSessionAndSide() throws Exception {
    SessionId id = server.startSession();
    SessionId other = server.startSession();
    String agents = server.token(Tokens.Kind.AGENT_DATA_CHANNEL, id.value());
    String others = server.token(Tokens.Kind.CLIENT_DATA_CHANNEL, other.value());

    assertEquals(1008, closeCodeOfClient(id, "{\"TokenValue\":\"made up\"}"));
    assertEquals(1008, closeCodeOfClient(id, "{}"));
    assertEquals(1008, closeCodeOfClient(id, "no json"));
    assertEquals(1008, closeCodeOfClient(id, "{\"TokenValue\":\"" + agents + "\"}"));
    assertEquals(1008, closeCodeOfClient(id, "{\"TokenValue\":\"" + others + "\"}"));
  }

  private int closeCodeOfClient(SessionId id, String text) throws Exception {
    try (Peer client = Peer.open(server.listener(), "/client/" + id)) {
      client.sendText(text);
      return client.closeCode();
    }
  }

  @Test
  void must4TokenWorksOnce() throws Exception {
    SessionId id = server.startSession();
    String token = server.token(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value());
    try (Peer first = Peer.open(server.listener(), "/client/" + id);
        Peer second = Peer.open(server.listener(), "/client/" + id);
        Peer agent = server.agent(id)) {
      first.openData(token);
      server.awaitStatus(id, Status.Connected);

      second.openData(token);

      assertEquals(1008, second.closeCode());
      agent.stream(AGENT, 0, "still the first one's");
      assertEquals("still the first one's", Peer.text(first.receive()));
    }
  }

  @Test
  void ownerWithoutTheRightCannotComeBack() throws Exception {
    SessionId id = server.startSession();
    server.client(id).close();
    server.ownerStands = false;

    try (Peer again = server.client(id)) {
      assertEquals(1008, again.closeCode());
    }
  }

  @Test
  void must4AnotherNodeCannotOpenTheAgentsEnd() throws Exception {
    SessionId id = server.startSession();
    try (Peer liar = Peer.open(server.listener(), "/agent/" + id + "?node=mi-fedcba9876543210f")) {
      liar.openData(server.token(Tokens.Kind.AGENT_DATA_CHANNEL, id.value()));

      assertEquals(1008, liar.closeCode());
    }
  }

  @Test
  void must4BinaryBeforeTheTokenIsRefused() throws Exception {
    SessionId id = server.startSession();
    try (Peer liar = Peer.open(server.listener(), "/client/" + id)) {
      liar.stream(CLIENT, 0, "too early");

      assertEquals(1008, liar.closeCode());
    }
  }

  @Test
  void must5ReconnectReplacesTheOldConnectionSilently() throws Exception {
    try (Pair pair = new Pair()) {
      pair.agent.stream(AGENT, 0, "before");
      assertEquals("before", Peer.text(pair.client.receive()));

      try (Peer again = server.client(pair.id)) {
        assertEquals("before", Peer.text(again.receiveStream()));
        assertEquals(1006, pair.client.closeCode());
        pair.agent.stream(AGENT, 1, "after");
        assertEquals("after", Peer.text(again.receiveStream()));
      }
    }
  }

  @Test
  void must9MessagesAreRelayedUnchangedAndInOrder() throws Exception {
    try (Pair pair = new Pair()) {
      Random random = new Random(1);
      int count = 500;
      for (int i = 0; i < count; i++) {
        byte[] payload = new byte[random.nextInt(5000)];
        random.nextBytes(payload);
        AgentMessage sent = pair.agent.stream(AGENT, i, PayloadType.OUTPUT, payload);
        AgentMessage received = pair.client.receive();
        assertEquals(sent, received);
        pair.client.acknowledge(received);
        assertEquals(
            i, Peer.acknowledged(pair.agent.receive()).acknowledgedMessageSequenceNumber());
      }
    }
  }

  @Test
  void must10MalformedMessageEndsOnlyItsConnection() throws Exception {
    try (Pair pair = new Pair();
        Pair other = new Pair()) {
      ByteBuffer lying = ByteBuffer.allocate(130);
      lying.putInt(0, 4000);

      pair.client.sendBytes(lying.array());

      assertEquals(1007, pair.client.closeCode());
      server.awaitStatus(pair.id, Status.Disconnected);
      assertNull(pair.agent.receive(200));
      assertTrue(pair.agent.isOpen());
      other.agent.stream(AGENT, 0, "unharmed");
      assertEquals("unharmed", Peer.text(other.client.receive()));
      assertEquals(1, server.gateway().counts().malformedConnections.sum());
    }
  }

  @Test
  void must10UnknownTypesAndWrongDirectionsAreDropped() throws Exception {
    try (Pair pair = new Pair()) {
      pair.client.stream(AGENT, 0, "output from a client");
      pair.client.send(
          AgentMessage.onDataChannel(
              "made_up", 1, UUID.randomUUID(), ByteBuffer.wrap(new byte[] {1})));
      pair.client.stream(CLIENT, 0, "input");

      assertEquals("input", Peer.text(pair.agent.receive()));
      assertEquals(2, server.gateway().counts().droppedMessages.sum());
    }
  }

  @Test
  void must11WrongDigestIsRelayed() throws Exception {
    try (Pair pair = new Pair()) {
      ByteBuffer encoded =
          AgentMessage.stream(
                  CLIENT, 0, 1, UUID.randomUUID(), PayloadType.OUTPUT, ByteBuffer.wrap(new byte[9]))
              .encode();
      encoded.put(90, (byte) (encoded.get(90) ^ 1));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);

      pair.client.sendBytes(bytes);

      assertArrayEquals(bytes, pair.agent.receiveBytes());
    }
  }

  @Test
  void must13AgentSessionStateIsNotRelayed() throws Exception {
    try (Pair pair = new Pair()) {
      pair.agent.state(AgentSessionState.CONNECTED);
      pair.agent.stream(AGENT, 0, "only this");

      assertEquals("only this", Peer.text(pair.client.receive()));
    }
  }

  @Test
  void must14ClientIsToldAfterAllOutput() throws Exception {
    try (Pair pair = new Pair()) {
      pair.agent.stream(AGENT, 0, "one");
      pair.agent.stream(AGENT, 1, "two");
      pair.agent.state(AgentSessionState.TERMINATING);
      pair.agent.close();

      AgentMessage one = pair.client.receive();
      AgentMessage two = pair.client.receive();
      assertEquals("one", Peer.text(one));
      assertEquals("two", Peer.text(two));
      assertNull(pair.client.receive(200));
      pair.client.acknowledge(one);
      pair.client.acknowledge(two);

      assertEquals("", pair.client.receiveClosed().output());
      assertEquals(1000, pair.client.closeCode());
      server.awaitStatus(pair.id, Status.Terminated);
    }
  }

  @Test
  void must14ChannelClosedHasItsTypesAndAValidDigest() throws Exception {
    try (Pair pair = new Pair()) {
      pair.agent.state(AgentSessionState.TERMINATING);

      AgentMessage closed =
          AgentMessage.decodeAsClient(ByteBuffer.wrap(pair.client.receiveBytes()));

      String json = Peer.text(closed);
      assertTrue(json.contains("\"SchemaVersion\":1"), json);
      assertTrue(json.contains("\"CreatedDate\":\"20"), json);
      assertTrue(json.contains("\"SessionId\":\"" + pair.id + "\""), json);
      assertEquals(AgentMessage.FLAGS_DATA_CHANNEL_CONTROL, closed.flags());
    }
  }

  @Test
  void must15AgentIsToldOnBothChannelsWhenTheSessionIsTerminated() throws Exception {
    try (Pair pair = new Pair()) {
      pair.agent.stream(AGENT, 0, "owed");
      assertEquals("owed", Peer.text(pair.client.receiveStream()));
      assertEquals(0, Peer.acknowledged(pair.agent.receive()).acknowledgedMessageSequenceNumber());

      assertTrue(server.bus().request(new EndSession(pair.id, "ended by bob", "by bob")));

      assertEquals("ended by bob", pair.client.receiveClosed().output());
      assertEquals(pair.id.value(), pair.agent.receiveClosed().sessionId());
      assertEquals(pair.id.value(), control.receiveClosed().sessionId());
      server.awaitStatus(pair.id, Status.Terminating);

      control.taskComplete(pair.id.value(), "Success", "");

      server.awaitStatus(pair.id, Status.Terminated);
      assertEquals(1000, pair.agent.closeCode());
      assertEquals(
          "by bob", server.store().sessions().find(pair.id).orElseThrow().details().orElseThrow());
    }
  }

  @Test
  void must16PortSessionEndsWithTaskComplete() throws Exception {
    try (Pair pair = new Pair()) {
      pair.agent.stream(AGENT, 0, "last");
      pair.agent.close();
      control.taskComplete(pair.id.value(), "Success", "");

      assertEquals("last", Peer.text(pair.client.receiveStream()));
      assertEquals("", pair.client.receiveClosed().output());
      server.awaitStatus(pair.id, Status.Terminated);
    }
  }

  @Test
  void must17EverythingIsKeptWhileTheClientIsAway() throws Exception {
    try (Pair pair = new Pair()) {
      AgentMessage input = pair.client.stream(CLIENT, 0, "input");
      assertEquals("input", Peer.text(pair.agent.receive()));
      pair.client.close();
      server.awaitStatus(pair.id, Status.Disconnected);
      pair.agent.acknowledge(input);
      int count = 300;
      for (int i = 0; i < count; i++) {
        pair.agent.stream(AGENT, i, "line " + i);
      }

      try (Peer again = server.client(pair.id)) {
        assertEquals(0, Peer.acknowledged(again.receive()).acknowledgedMessageSequenceNumber());
        for (int i = 0; i < count; i++) {
          assertEquals("line " + i, Peer.text(again.receiveStream()));
        }
        server.awaitStatus(pair.id, Status.Connected);
      }
    }
  }

  @Test
  void must17EverythingIsKeptWhileTheAgentIsAway() throws Exception {
    try (Pair pair = new Pair()) {
      pair.client.stream(CLIENT, 0, "unacknowledged");
      assertEquals("unacknowledged", Peer.text(pair.agent.receive()));
      pair.agent.close();
      server.awaitStatus(pair.id, Status.Disconnected);
      pair.client.stream(CLIENT, 1, "while away");

      try (Peer again = server.agent(pair.id)) {
        assertEquals("unacknowledged", Peer.text(again.receiveStream()));
        assertEquals("while away", Peer.text(again.receiveStream()));
      }
    }
  }

  @Test
  void must19AcknowledgedDuplicateIsAcknowledgedAgain() throws Exception {
    try (Pair pair = new Pair()) {
      AgentMessage message = pair.agent.stream(AGENT, 0, "x");
      pair.client.receiveStream();
      assertEquals(0, Peer.acknowledged(pair.agent.receive()).acknowledgedMessageSequenceNumber());

      pair.agent.send(message);

      AgentMessage again = pair.agent.receive();
      assertEquals(0, Peer.acknowledged(again).acknowledgedMessageSequenceNumber());
      assertEquals(
          message.messageId().toString(), Peer.acknowledged(again).acknowledgedMessageId());
      assertNull(pair.client.receive(200));
    }
  }

  @Test
  void must20PortClientIsLeftAloneAfterHandshakeComplete() throws Exception {
    try (Pair pair = new Pair()) {
      byte[] request =
          ("{\"AgentVersion\":\"3.3.1142.0\",\"RequestedClientActions\":[{\"ActionType\":"
                  + "\"SessionType\",\"ActionParameters\":{\"SessionType\":\"Port\",\"Properties\":"
                  + "{\"portNumber\":\"22\",\"type\":\"LocalPortForwarding\"}}}]}")
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
      pair.agent.stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request);
      pair.client.receiveStream();
      pair.agent.stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, new byte[] {'{', '}'});
      pair.agent.stream(AGENT, 2, "smux");

      assertEquals(PayloadType.HANDSHAKE_COMPLETE, pair.client.receive().payloadType());
      long before = System.nanoTime();
      assertEquals("smux", Peer.text(pair.client.receive()));

      assertTrue(System.nanoTime() - before > 50_000_000, "held back");
    }
  }

  @Test
  void firstTextAndWhatFollowsAtOnceAreKeptInOrder() throws Exception {
    SessionId id = server.startSession();
    try (Peer agent = server.agent(id)) {
      agent.state(AgentSessionState.CONNECTED);
      for (int i = 0; i < 50; i++) {
        agent.stream(AGENT, i, "line " + i);
      }
      try (Peer client = server.client(id)) {
        for (int i = 0; i < 50; i++) {
          assertEquals("line " + i, Peer.text(client.receiveStream()));
        }
      }
    }
  }

  @Test
  void eitherSideMayComeFirst() throws Exception {
    for (Side first : Side.values()) {
      SessionId id = server.startSession();
      try (Peer one = server.side(first, id);
          Peer two = server.side(first.peer(), id)) {
        server.awaitStatus(id, Status.Connected);
        one.stream(first, 0, "hello");
        assertEquals("hello", Peer.text(two.receive()));
      }
    }
  }
}
