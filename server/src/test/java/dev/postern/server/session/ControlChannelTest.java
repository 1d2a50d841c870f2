package dev.postern.server.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.bus.NoResponder;
import dev.postern.server.bus.NodeRemoved;
import dev.postern.server.bus.StartOnNode;
import dev.postern.server.listener.RawWebSocket;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTaskAcknowledge;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checklist A of spec/agent-service.md, by its numbers, as far as control channels go. */
@Timeout(60)
class ControlChannelTest {
  @TempDir private Path directory;
  private TestGateway server;

  @BeforeEach
  void start() throws Exception {
    server = new TestGateway(directory, TestGateway.OPTIONS);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void awaitDisconnected() {
    Awaitility.await().until(() -> !server.isConnected(TestGateway.NODE));
  }

  @Test
  void a12TokenMustBeThisNodes() throws Exception {
    String others = server.token(Tokens.Kind.CONTROL_CHANNEL, "mi-fedcba9876543210f");
    try (Peer liar = Peer.open(server.listener(), "/control/" + TestGateway.NODE)) {
      liar.openControl(others);

      assertEquals(1008, liar.closeCode());
    }
    assertFalse(server.isConnected(TestGateway.NODE));
  }

  @Test
  void a12TokenWorksOnce() throws Exception {
    String token = server.token(Tokens.Kind.CONTROL_CHANNEL, TestGateway.NODE);
    try (Peer first = Peer.open(server.listener(), "/control/" + TestGateway.NODE);
        Peer second = Peer.open(server.listener(), "/control/" + TestGateway.NODE)) {
      first.openControl(token);
      server.awaitConnected();

      second.openControl(token);

      assertEquals(1008, second.closeCode());
      assertTrue(first.isOpen());
    }
  }

  @Test
  void a12PingsAreAnsweredAndLargeMessagesTaken() throws Exception {
    try (RawWebSocket agent =
        RawWebSocket.open(server.listener(), "/control/" + TestGateway.NODE)) {
      String token = server.token(Tokens.Kind.CONTROL_CHANNEL, TestGateway.NODE);
      agent.frame(0x81, ("{\"TokenValue\":\"" + token + "\"}").getBytes(StandardCharsets.UTF_8));
      server.awaitConnected();
      ByteBuffer large =
          AgentMessage.onControlChannel(
                  MessageType.AGENT_TELEMETRY, 1, UUID.randomUUID(), ByteBuffer.allocate(142_000))
              .encode();
      agent.frame(0x82, large.array());

      agent.frame(0x89, "keepalive".getBytes(StandardCharsets.US_ASCII));

      RawWebSocket.Frame pong = agent.read();
      assertEquals(0x8a, pong.head());
      assertEquals("keepalive", new String(pong.payload(), StandardCharsets.US_ASCII));
    }
  }

  @Test
  void a13NewestChannelGetsTheStarts() throws Exception {
    try (Peer old = server.control();
        Peer fresh = Peer.open(server.listener(), "/control/" + TestGateway.NODE)) {
      fresh.openControl(server.token(Tokens.Kind.CONTROL_CHANNEL, TestGateway.NODE));
      assertEquals(1006, old.closeCode());
      server.awaitConnected();

      server.startSession();

      assertEquals(MessageType.INTERACTIVE_SHELL, fresh.receive().messageType());
    }
  }

  @Test
  void a13LossOfTheControlChannelLeavesSessionsAlone() throws Exception {
    SessionId id;
    try (Peer control = server.control()) {
      id = server.startSession();
      assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());
    }
    awaitDisconnected();
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      agent.stream(Side.AGENT, 0, "still here");

      assertEquals("still here", Peer.text(client.receiveStream()));
    }
  }

  @Test
  void a14StartIsEncodedAsTheSpecSays() throws Exception {
    try (Peer control = server.control()) {
      SessionId id = server.newSession();
      server.bus().request(new StartOnNode(TestGateway.NODE, id, "{\"Content\":\"ü\"}"));

      byte[] bytes = control.receiveBytes();

      AgentMessage start = AgentMessage.decodeAsClient(ByteBuffer.wrap(bytes));
      assertEquals(116, ByteBuffer.wrap(bytes).getInt());
      assertEquals(' ', bytes[4 + 31]);
      assertEquals(0, start.flags());
      assertEquals("{\"Content\":\"ü\"}", Peer.text(start));
    }
  }

  @Test
  void a15TooLargeAStartIsRefused() throws Exception {
    try (Peer control = server.control()) {
      SessionId id = server.newSession();

      assertFalse(server.bus().request(new StartOnNode(TestGateway.NODE, id, "x".repeat(142_000))));
      assertNull(control.receive(100));
    }
  }

  @Test
  void a17EveryTaskCompleteIsAcknowledgedByItsId() throws Exception {
    try (Peer control = server.control()) {
      AgentMessage unknown = control.taskComplete("nobody-knows-this", "Success", "");
      assertEquals(acknowledgement(unknown, "nobody-knows-this"), taskAcknowledge(control));
      control.send(unknown);
      assertEquals(acknowledgement(unknown, "nobody-knows-this"), taskAcknowledge(control));
    }
  }

  private static AgentTaskAcknowledge acknowledgement(AgentMessage complete, String taskId) {
    return AgentTaskAcknowledge.of(complete.messageId().toString(), taskId);
  }

  private static AgentTaskAcknowledge taskAcknowledge(Peer control) throws Exception {
    AgentMessage message = control.receive();
    assertEquals(MessageType.AGENT_TASK_ACKNOWLEDGE, message.messageType());
    return AgentTaskAcknowledge.parse(message.payload());
  }

  @Test
  void a17JobRepliesAreAcknowledged() throws Exception {
    try (Peer control = server.control()) {
      AgentMessage reply =
          AgentMessage.onControlChannel(
              MessageType.AGENT_JOB_REPLY,
              1,
              UUID.randomUUID(),
              ByteBuffer.wrap("{\"jobId\":\"aws.ssm.1.2\"}".getBytes(StandardCharsets.UTF_8)));
      control.send(reply);

      AgentMessage acknowledgement = control.receive();

      assertEquals(MessageType.AGENT_JOB_REPLY_ACK, acknowledgement.messageType());
      JsonObject json = Json.readObject(acknowledgement.payload());
      assertEquals("aws.ssm.1.2", json.string("jobId"));
      assertEquals(reply.messageId().toString(), json.string("acknowledgedMessageId"));
    }
  }

  @Test
  void a18OutcomeIsKeptForAClientThatComesLater() throws Exception {
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());
      control.taskComplete(id.value(), "Failed", "no such user");
      control.taskComplete(id.value(), "Success", "");
      taskAcknowledge(control);
      taskAcknowledge(control);

      try (Peer client = server.client(id)) {
        assertEquals("no such user", client.receiveClosed().output());
      }

      server.awaitStatus(id, Status.Failed);
      assertEquals(
          "no such user", server.store().sessions().find(id).orElseThrow().details().orElseThrow());
      control.taskComplete(id.value(), "Failed", "no such user");
      taskAcknowledge(control);
    }
  }

  @Test
  void a18AnotherNodeCannotEndTheSession() throws Exception {
    String other = "mi-fedcba9876543210f";
    try (Peer control = server.control();
        Peer liar = Peer.open(server.listener(), "/control/" + other)) {
      liar.openControl(server.token(Tokens.Kind.CONTROL_CHANNEL, other));
      Awaitility.await().until(() -> server.isConnected(other));
      SessionId id = server.startSession();
      assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());

      liar.taskComplete(id.value(), "Failed", "a lie");
      taskAcknowledge(liar);

      try (Peer agent = server.agent(id);
          Peer client = server.client(id)) {
        agent.stream(Side.AGENT, 0, "alive");
        assertEquals("alive", Peer.text(client.receiveStream()));
      }
    }
  }

  @Test
  void a23TelemetryIsTakenSilently() throws Exception {
    try (Peer control = server.control()) {
      for (String type :
          new String[] {MessageType.AGENT_TELEMETRY, MessageType.AGENT_UPDATE_RESULT, "made_up"}) {
        control.send(
            AgentMessage.onControlChannel(
                type, 1, UUID.randomUUID(), ByteBuffer.wrap(new byte[] {'x'})));
      }

      assertNull(control.receive(200));
      assertTrue(control.isOpen());
      assertEquals(1, server.gateway().counts().droppedMessages.sum());
    }
  }

  @Test
  void a26NodeIsNotConnectedOnceItsChannelIsGone() throws Exception {
    server.control().close();

    awaitDisconnected();
    SessionId id = server.newSession();
    assertThrows(
        NoResponder.class, () -> server.bus().request(new StartOnNode(TestGateway.NODE, id, "{}")));
  }

  @Test
  void removedNodeLosesItsChannelAndItsSessions() throws Exception {
    server.close();
    server =
        new TestGateway(directory, Timings.of(timing -> timing.graceMax = Duration.ofMillis(300)));
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      try (Peer agent = server.agent(id);
          Peer client = server.client(id)) {
        server.awaitStatus(id, Status.Connected);

        server.bus().publish(new NodeRemoved(TestGateway.NODE));

        assertTrue(client.receiveClosed().output().contains("deregistered"));
        assertEquals(id.value(), agent.receiveClosed().sessionId());
        assertEquals(1008, control.closeCode());
      }
      server.awaitStatus(id, Status.Terminated);
    }
  }

  @Test
  void malformedControlMessageEndsTheChannelOnly() throws Exception {
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      control.sendBytes(new byte[] {1, 2, 3});

      assertEquals(1007, control.closeCode());
      awaitDisconnected();
      try (Peer again = server.control();
          Peer agent = server.agent(id);
          Peer client = server.client(id)) {
        agent.stream(Side.AGENT, 0, "alive");
        assertEquals("alive", Peer.text(client.receiveStream()));
        assertTrue(again.isOpen());
      }
    }
  }

  @Test
  void silentChannelIsClosed() throws Exception {
    server.close();
    server =
        new TestGateway(
            directory, Timings.of(timing -> timing.controlSilenceMax = Duration.ofMillis(300)));
    String path = "/control/" + TestGateway.NODE;
    try (RawWebSocket agent = RawWebSocket.open(server.listener(), path)) {
      String token = server.token(Tokens.Kind.CONTROL_CHANNEL, TestGateway.NODE);
      agent.frame(0x81, ("{\"TokenValue\":\"" + token + "\"}").getBytes(StandardCharsets.UTF_8));
      server.awaitConnected();

      awaitDisconnected();
    }
  }

  @Test
  void channelThatNobodyOpensIsClosed() throws Exception {
    server.close();
    server =
        new TestGateway(directory, Timings.of(timing -> timing.openMax = Duration.ofMillis(100)));
    try (Peer silent = Peer.open(server.listener(), "/control/" + TestGateway.NODE);
        Peer client = Peer.open(server.listener(), "/client/" + server.newSession())) {
      assertEquals(1008, silent.closeCode());
      assertEquals(1008, client.closeCode());
    }
  }
}
