package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.xml.XmlElement;
import dev.postern.server.PosternFixture;
import dev.postern.server.peer.OfficialAgent;
import dev.postern.server.peer.OfficialPlugin;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What a service must do on the data channel: spec/data-channel.md 14, point by point, over real
 * sockets, with ends that behave as the official programs were seen to.
 */
class DataChannelConformanceTest extends GatewayScene {
  @Test
  void p01DataChannelIsCreatedWith201AndATokenInXml() throws Exception {
    try (PosternFixture front = front()) {
      PosternFixture.Node node = front.enrol();
      try (Peer _ = new Peer(front.connect(node))) {
        HttpRequest create = front.channel("/v1/data-channel/" + front.startSession(node).id());

        HttpResponse<byte[]> answer =
            front.send(front.sign(create, node.credentials(), "ssmmessages"));

        assertEquals(201, answer.statusCode());
        assertNotNull(XmlElement.parse(answer.body()).childText("TokenValue"));
      }
    }
  }

  @Test
  void p02AgentsSignaturesAreVerifiedWithTheirSessionToken() throws Exception {
    try (PosternFixture front = front()) {
      PosternFixture.Node node = front.enrol();
      try (Peer _ = new Peer(front.connect(node))) {
        String id = front.startSession(node).id();
        Credentials whole = node.credentials();
        Credentials bare = new Credentials(whole.accessKeyId(), whole.secretAccessKey(), null);
        HttpRequest create = front.channel("/v1/data-channel/" + id);

        assertEquals(403, front.send(create).statusCode());
        assertEquals(403, front.send(front.sign(create, whole, "ssm")).statusCode());
        assertEquals(403, front.send(front.sign(create, bare, "ssmmessages")).statusCode());
        assertEquals(403, front.refusal(front.sign(front.dataUpgrade(id), whole, "ssm")));
        assertEquals(403, front.refusal(front.sign(front.dataUpgrade(id), bare, "ssmmessages")));
        try (Peer agent = front.agent(node, id)) {
          assertTrue(agent.isOpen());
        }
      }
    }
  }

  @Test
  void p03PluginsUpgradeNeedsNothingButItsAddress() throws Exception {
    try (PosternFixture front = front()) {
      PosternFixture.Node node = front.enrol();
      try (Peer _ = new Peer(front.connect(node))) {
        PosternFixture.Started session = front.startSession(node);
        try (OfficialPlugin plugin =
                new OfficialPlugin(
                    new Peer(front.open(front.dataUpgrade(session.id()))), session.token());
            OfficialAgent agent = new OfficialAgent(front.agent(node, session.id()))) {
          agent.write(new byte[] {'$'});

          assertArrayEquals(new byte[] {'$'}, plugin.awaitDelivered(1, SOON));
        }
      }
    }
  }

  @Test
  void p04FirstTextNeedsAValidTokenOfThisSessionAndSide() throws Exception {
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
  void p04TokenWorksOnce() throws Exception {
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
  void p05ReconnectReplacesTheOldConnectionSilently() throws Exception {
    try (Pair pair = pair()) {
      pair.agent().stream(AGENT, 0, "before");
      assertEquals("before", Peer.text(pair.client().receive()));

      try (Peer again = server.client(pair.id())) {
        assertEquals("before", Peer.text(again.receiveStream()));
        assertEquals(1006, pair.client().closeCode());
        pair.agent().stream(AGENT, 1, "after");
        assertEquals("after", Peer.text(again.receiveStream()));
      }
    }
  }

  @Test
  void p06PingsAreAnsweredPromptly() throws Exception {
    try (Pair pair = pair()) {
      for (Peer peer : List.of(pair.agent(), pair.client())) {
        peer.ping("keepalive");

        assertEquals("keepalive", peer.pong());
      }
    }
  }

  @Test
  void p07SilenceOfAPluginIsNoReasonToEnd() throws Exception {
    restart(timings -> {
      timings.pingEvery = Duration.ofMillis(100);
      timings.silenceMax = Duration.ofSeconds(2);
    });
    try (Pair pair = pair()) {
      long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      Awaitility.await().until(() -> System.nanoTime() > until);

      pair.agent().stream(AGENT, 0, "hello");

      assertEquals("hello", Peer.text(pair.client().receiveStream()));
      Duration stopped = GatewayOptions.Timing.USUAL.busySilenceMax();
      assertTrue(stopped.compareTo(Duration.ofMinutes(5)) > 0, "its terminal may be stopped");
    }
  }

  @Test
  void p08FragmentedMessageIsRelayedWhole() throws Exception {
    try (Pair pair = pair()) {
      AgentMessage handshake =
          AgentMessage.stream(
              CLIENT,
              0,
              1,
              UUID.randomUUID(),
              PayloadType.HANDSHAKE_RESPONSE,
              ByteBuffer.wrap(new byte[10_000]));

      pair.client().sendFragmented(handshake);

      assertEquals(handshake, pair.agent().receive());
    }
  }

  @Test
  void p09MessagesAreRelayedUnchangedAndInOrder() throws Exception {
    try (Pair pair = pair()) {
      Random random = new Random(1);
      int count = 500;
      for (int i = 0; i < count; i++) {
        byte[] payload = new byte[random.nextInt(5000)];
        random.nextBytes(payload);
        AgentMessage sent = pair.agent().stream(AGENT, i, PayloadType.OUTPUT, payload);
        AgentMessage received = pair.client().receive();
        assertEquals(sent, received);
        pair.client().acknowledge(received);
        assertEquals(
            i, Peer.acknowledged(pair.agent().receive()).acknowledgedMessageSequenceNumber());
      }
    }
  }

  @Test
  void p09OfficialEndsExchangeEveryByte() throws Exception {
    SessionId id = server.startSession();
    byte[] output = bytes(1, 96 * 1024);
    byte[] input = bytes(2, 96 * 1024);
    try (OfficialAgent agent = new OfficialAgent(server.agent(id));
        OfficialPlugin plugin = plugin(id)) {
      agent.write(new byte[] {'$'});
      plugin.awaitReady();
      Thread typing = Thread.ofVirtual().start(() -> writeAll(plugin, input));
      agent.write(output);
      typing.join();

      assertArrayEquals(input, agent.awaitDelivered(input.length, SOON));
      byte[] shown = plugin.awaitDelivered(1 + output.length, SOON);
      assertArrayEquals(output, Arrays.copyOfRange(shown, 1, shown.length));
      agent.awaitDrained(SOON);
      plugin.awaitDrained(SOON);
    }
  }

  private static void writeAll(OfficialPlugin plugin, byte[] bytes) {
    try {
      plugin.write(bytes);
    } catch (Exception lost) {
      throw new IllegalStateException(lost);
    }
  }

  @Test
  void p10MalformedMessageEndsOnlyItsConnection() throws Exception {
    try (Pair pair = pair();
        Pair other = pair()) {
      ByteBuffer lying = ByteBuffer.allocate(130);
      lying.putInt(0, 4000);

      pair.client().sendBytes(lying.array());

      assertEquals(1007, pair.client().closeCode());
      server.awaitStatus(pair.id(), Status.Disconnected);
      assertNull(pair.agent().receive(200));
      assertTrue(pair.agent().isOpen());
      other.agent().stream(AGENT, 0, "unharmed");
      assertEquals("unharmed", Peer.text(other.client().receive()));
      assertEquals(1, server.gateway().counts().malformedConnections.sum());
    }
  }

  @Test
  void p10UnknownTypesAndWrongDirectionsAreDropped() throws Exception {
    try (Pair pair = pair()) {
      pair.client().stream(AGENT, 0, "output from a client");
      pair.client()
          .send(
              AgentMessage.onDataChannel(
                  "made_up", 1, UUID.randomUUID(), ByteBuffer.wrap(new byte[] {1})));
      pair.client().stream(CLIENT, 0, "input");

      assertEquals("input", Peer.text(pair.agent().receive()));
      assertEquals(2, server.gateway().counts().droppedMessages.sum());
    }
  }

  @Test
  void p11WrongDigestIsRelayed() throws Exception {
    try (Pair pair = pair()) {
      ByteBuffer encoded =
          AgentMessage.stream(
                  CLIENT, 0, 1, UUID.randomUUID(), PayloadType.OUTPUT, ByteBuffer.wrap(new byte[9]))
              .encode();
      encoded.put(90, (byte) (encoded.get(90) ^ 1));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);

      pair.client().sendBytes(bytes);

      assertArrayEquals(bytes, pair.agent().receiveBytes());
    }
  }

  @Test
  void p12NumbersAreTheSendersAndNoOthers() throws Exception {
    try (Pair pair = pair()) {
      for (int i = 0; i < 5; i++) {
        AgentMessage sent = pair.agent().stream(AGENT, i, "line " + i);
        assertEquals(i, pair.client().receiveStream().sequenceNumber());
        assertEquals(
            i, Peer.acknowledged(pair.agent().receive()).acknowledgedMessageSequenceNumber());
        pair.agent().send(sent);
        AgentMessage own = pair.agent().receive();
        assertEquals(MessageType.ACKNOWLEDGE, own.messageType());
        assertEquals(0, own.sequenceNumber());
        assertEquals(PayloadType.NONE, own.payloadType());
      }
      assertNull(pair.client().receive(200));
    }
  }

  @Test
  void p13AgentSessionStateIsNotRelayed() throws Exception {
    try (Pair pair = pair()) {
      pair.agent().state(AgentSessionState.CONNECTED);
      pair.agent().stream(AGENT, 0, "only this");

      assertEquals("only this", Peer.text(pair.client().receive()));
    }
  }
}
