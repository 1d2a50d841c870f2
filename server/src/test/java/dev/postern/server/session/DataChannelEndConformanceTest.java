package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.PosternFixture;
import dev.postern.server.bus.EndSession;
import dev.postern.server.peer.OfficialAgent;
import dev.postern.server.peer.OfficialPlugin;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same for the end of sessions, and for what is repaired on the way: points 14 to 20. */
class DataChannelEndConformanceTest extends GatewayScene {
  @Test
  void p14ClientIsToldAfterAllOutput() throws Exception {
    try (Pair pair = pair()) {
      pair.agent().stream(AGENT, 0, "one");
      pair.agent().stream(AGENT, 1, "two");
      pair.agent().state(AgentSessionState.TERMINATING);
      pair.agent().close();

      AgentMessage one = pair.client().receive();
      AgentMessage two = pair.client().receive();
      assertEquals("one", Peer.text(one));
      assertEquals("two", Peer.text(two));
      assertNull(pair.client().receive(200));
      pair.client().acknowledge(one);
      pair.client().acknowledge(two);

      assertEquals("", pair.client().receiveClosed().output());
      assertEquals(1000, pair.client().closeCode());
      server.awaitStatus(pair.id(), Status.Terminated);
    }
  }

  @Test
  void p14ChannelClosedHasItsTypesAndAValidDigest() throws Exception {
    try (Pair pair = pair()) {
      pair.agent().state(AgentSessionState.TERMINATING);

      AgentMessage closed =
          AgentMessage.decodeAsClient(ByteBuffer.wrap(pair.client().receiveBytes()));

      String json = Peer.text(closed);
      assertTrue(json.contains("\"SchemaVersion\":1"), json);
      assertTrue(json.contains("\"CreatedDate\":\"20"), json);
      assertTrue(json.contains("\"SessionId\":\"" + pair.id() + "\""), json);
      assertEquals(AgentMessage.FLAGS_DATA_CHANNEL_CONTROL, closed.flags());
    }
  }

  @Test
  void p15AgentIsToldOnBothChannelsWhenTheSessionIsTerminated() throws Exception {
    try (Pair pair = pair()) {
      pair.agent().stream(AGENT, 0, "owed");
      assertEquals("owed", Peer.text(pair.client().receiveStream()));
      assertEquals(
          0, Peer.acknowledged(pair.agent().receive()).acknowledgedMessageSequenceNumber());

      assertTrue(server.bus().request(new EndSession(pair.id(), "ended by bob", "by bob")));

      assertEquals("ended by bob", pair.client().receiveClosed().output());
      assertEquals(pair.id().value(), pair.agent().receiveClosed().sessionId());
      assertEquals(pair.id().value(), control.receiveClosed().sessionId());
      server.awaitStatus(pair.id(), Status.Terminating);

      control.taskComplete(pair.id().value(), "Success", "");

      server.awaitStatus(pair.id(), Status.Terminated);
      assertEquals(1000, pair.agent().closeCode());
      assertEquals(
          "by bob",
          server.store().sessions().find(pair.id()).orElseThrow().details().orElseThrow());
    }
  }

  @Test
  void p16PortSessionEndsWithTaskComplete() throws Exception {
    server.sessionType = SessionType.PORT;
    try (Pair pair = pair()) {
      pair.agent().stream(AGENT, 0, "last");
      pair.agent().close();
      control.taskComplete(pair.id().value(), "Success", "");

      assertEquals("last", Peer.text(pair.client().receiveStream()));
      assertEquals("", pair.client().receiveClosed().output());
      server.awaitStatus(pair.id(), Status.Terminated);
    }
  }

  @Test
  void p17EverythingIsKeptWhileTheClientIsAway() throws Exception {
    try (Pair pair = pair()) {
      AgentMessage input = pair.client().stream(CLIENT, 0, "input");
      assertEquals("input", Peer.text(pair.agent().receive()));
      pair.client().close();
      server.awaitStatus(pair.id(), Status.Disconnected);
      pair.agent().acknowledge(input);
      int count = 300;
      for (int i = 0; i < count; i++) {
        pair.agent().stream(AGENT, i, "line " + i);
      }

      try (Peer again = server.client(pair.id())) {
        assertEquals(0, Peer.acknowledged(again.receive()).acknowledgedMessageSequenceNumber());
        for (int i = 0; i < count; i++) {
          assertEquals("line " + i, Peer.text(again.receiveStream()));
        }
        server.awaitStatus(pair.id(), Status.Connected);
      }
    }
  }

  @Test
  void p17EverythingIsKeptWhileTheAgentIsAway() throws Exception {
    try (Pair pair = pair()) {
      pair.client().stream(CLIENT, 0, "unacknowledged");
      assertEquals("unacknowledged", Peer.text(pair.agent().receive()));
      pair.agent().close();
      server.awaitStatus(pair.id(), Status.Disconnected);
      pair.client().stream(CLIENT, 1, "while away");

      try (Peer again = server.agent(pair.id())) {
        assertEquals("unacknowledged", Peer.text(again.receiveStream()));
        assertEquals("while away", Peer.text(again.receiveStream()));
      }
    }
  }

  @Test
  void p17WholeWindowIsReplayedAtOnce() throws Exception {
    SessionId id = server.startSession();
    int count = 400;
    byte[] output = bytes(3, count * 1024);
    try (OfficialAgent agent = new OfficialAgent(server.agent(id));
        OfficialPlugin plugin = plugin(id)) {
      agent.write(Arrays.copyOf(output, 100 * 1024));
      plugin.awaitDelivered(50 * 1024, SOON);
      plugin.drop();
      agent.write(Arrays.copyOfRange(output, 100 * 1024, output.length));

      plugin.reconnect(
          Peer.open(server.listener(), "/client/" + id),
          server.token(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value()));

      // The agent by itself repeats ten messages a second: that would be half a minute.
      assertArrayEquals(output, plugin.awaitDelivered(output.length, SOON));
      agent.awaitDrained(SOON);
    }
  }

  @Test
  void p17ResumeSessionGivesATokenInItsWindowAndNoneAfterIt() throws Exception {
    try (PosternFixture front = front()) {
      PosternFixture.Node node = front.enrol();
      try (Peer nodes = new Peer(front.connect(node))) {
        PosternFixture.Started session = front.startSession(node);
        Map<String, Object> asked = Map.of("SessionId", session.id());
        try (Peer agent = front.agent(node, session.id())) {
          attachAndGo(front, session);
          String token = String.valueOf(front.call("ResumeSession", asked).get("TokenValue"));
          attachAndGo(front, new PosternFixture.Started(session.id(), token));

          front.steady.advance(Duration.ofSeconds(61));

          assertEquals(session.id(), agent.receiveClosed().sessionId());
          assertEquals(MessageType.INTERACTIVE_SHELL, nodes.receive().messageType());
          assertEquals(session.id(), nodes.receiveClosed().sessionId());
        }
        front.steady.advance(Duration.ofSeconds(10));
        front.awaitStatus(session.id(), "Terminated");
        assertEquals(asked, front.call("ResumeSession", asked));
      }
    }
  }

  private static void attachAndGo(PosternFixture front, PosternFixture.Started session)
      throws Exception {
    try (Peer _ = front.client(session)) {
      front.awaitStatus(session.id(), "Connected");
    }
    front.awaitStatus(session.id(), "Disconnected");
  }

  @Test
  void p18NobodyIsPaused() throws Exception {
    server.sessionType = SessionType.NON_INTERACTIVE_COMMANDS;
    try (Pair pair = pair()) {
      int count = 180;
      for (int i = 0; i < count; i++) {
        pair.agent().stream(AGENT, i, PayloadType.OUTPUT, new byte[32 * 1024]);
      }
      for (int i = 0; i < count; i++) {
        assertEquals(i, pair.client().receiveStream().sequenceNumber());
        assertEquals(MessageType.ACKNOWLEDGE, pair.agent().receive().messageType());
      }
      assertNull(pair.agent().receive(200));
    }
  }

  @Test
  void p19AcknowledgedDuplicateIsAcknowledgedAgain() throws Exception {
    try (Pair pair = pair()) {
      AgentMessage message = pair.agent().stream(AGENT, 0, "x");
      pair.client().receiveStream();
      assertEquals(
          0, Peer.acknowledged(pair.agent().receive()).acknowledgedMessageSequenceNumber());

      pair.agent().send(message);

      AgentMessage again = pair.agent().receive();
      assertEquals(0, Peer.acknowledged(again).acknowledgedMessageSequenceNumber());
      assertEquals(
          message.messageId().toString(), Peer.acknowledged(again).acknowledgedMessageId());
      assertNull(pair.client().receive(200));
    }
  }

  @Test
  void p20PortClientIsLeftAloneAfterHandshakeComplete() throws Exception {
    try (Pair pair = pair()) {
      byte[] request =
          ("{\"AgentVersion\":\"3.3.1142.0\",\"RequestedClientActions\":[{\"ActionType\":"
                  + "\"SessionType\",\"ActionParameters\":{\"SessionType\":\"Port\",\"Properties\":"
                  + "{\"portNumber\":\"22\",\"type\":\"LocalPortForwarding\"}}}]}")
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
      pair.agent().stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request);
      pair.client().receiveStream();
      pair.agent().stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, new byte[] {'{', '}'});
      pair.agent().stream(AGENT, 2, "smux");

      assertEquals(PayloadType.HANDSHAKE_COMPLETE, pair.client().receive().payloadType());
      long before = System.nanoTime();
      assertEquals("smux", Peer.text(pair.client().receive()));

      assertTrue(System.nanoTime() - before > 50_000_000, "held back");
    }
  }

  @Test
  void p19LostRaceOfAnOfficialAgentCostsNothing() throws Exception {
    SessionId id = server.startSession();
    try (OfficialAgent agent = new OfficialAgent(server.agent(id));
        OfficialPlugin plugin = plugin(id)) {
      for (int i = 0; i < 3; i++) {
        agent.writeAndKeepTooLate(new byte[] {(byte) i});
      }
      agent.awaitDrained(Duration.ofSeconds(5));
      agent.end();

      assertEquals("", plugin.awaitClosed());
      assertArrayEquals(new byte[] {0, 1, 2}, plugin.awaitDelivered(3, SOON));
    }
  }

  @Test
  void p20OfficialPairSetsUpAPort() throws Exception {
    server.sessionType = SessionType.PORT;
    SessionId id = server.startSession();
    try (OfficialAgent agent = new OfficialAgent(server.agent(id));
        OfficialPlugin plugin = plugin(id)) {
      agent.requestPort();
      plugin.awaitReady();
      byte[] open = {1, 0, 0, 0, 3, 0, 0, 0};
      plugin.write(open);

      assertArrayEquals(open, agent.awaitDelivered(open.length, SOON));
      agent.write(open);
      assertArrayEquals(open, plugin.awaitDelivered(open.length, SOON));
      assertFalse(plugin.isDeaf());
    }
  }
}
