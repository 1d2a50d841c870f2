package dev.postern.server.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.bus.NodeRemoved;
import dev.postern.server.bus.StartOnNode;
import dev.postern.server.listener.RawWebSocket;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTaskAcknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that lie, break off or say nothing on their control channel. */
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
  void tooLargeAStartIsRefused() throws Exception {
    try (Peer control = server.control()) {
      SessionId id = server.newSession();

      assertFalse(server.bus().request(new StartOnNode(TestGateway.NODE, id, "x".repeat(142_000))));
      assertNull(control.receive(100));
    }
  }

  private static AgentTaskAcknowledge taskAcknowledge(Peer control) throws Exception {
    AgentMessage message = control.receive();
    assertEquals(MessageType.AGENT_TASK_ACKNOWLEDGE, message.messageType());
    return AgentTaskAcknowledge.parse(message.payload());
  }

  @Test
  void anotherNodeCannotEndTheSession() throws Exception {
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
