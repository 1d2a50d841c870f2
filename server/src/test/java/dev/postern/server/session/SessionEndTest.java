package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.bus.EndSession;
import dev.postern.server.listener.RawWebSocket;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who may be gone for how long, what the other side is told, and what a restart changes. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class SessionEndTest {
  private static final Duration SHORT = Duration.ofMillis(400);

  @TempDir private Path directory;
  private @Nullable TestGateway running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private TestGateway start(Consumer<Timings> change) throws Exception {
    TestGateway server = new TestGateway(directory, Timings.of(change));
    running = server;
    return server;
  }

  private static SessionRecord record(TestGateway server, SessionId id) {
    return server.store().sessions().find(id).orElseThrow();
  }

  @Test
  void clientThatNeverComesEndsTheSession() throws Exception {
    TestGateway server =
        start(timings -> {
          timings.clientAttachMax = SHORT;
          timings.graceMax = SHORT;
        });
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      try (Peer agent = server.agent(id)) {
        assertEquals(id.value(), agent.receiveClosed().sessionId());
        server.awaitStatus(id, Status.Terminated);
        assertEquals(1000, agent.closeCode());
      }
      assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());
      assertEquals(id.value(), control.receiveClosed().sessionId());
    }
  }

  @Test
  void clientThatAcknowledgesNothingIsToldAfterAWhile() throws Exception {
    TestGateway server = start(timings -> timings.drainIdleMax = SHORT);
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      try (Peer agent = server.agent(id);
          Peer client = server.client(id)) {
        agent.stream(AGENT, 0, "never acknowledged");
        agent.state(AgentSessionState.TERMINATING);

        AgentMessage message = client.receive();
        while (message.messageType().equals(MessageType.OUTPUT_STREAM_DATA)) {
          message = client.receive();
        }

        assertEquals(MessageType.CHANNEL_CLOSED, message.messageType());
        assertTrue(control.isOpen());
      }
    }
  }

  @Test
  void outputOwedToAnAbsentClientIsDeliveredWithTheEnd() throws Exception {
    TestGateway server = start(timings -> {});
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      try (Peer agent = server.agent(id)) {
        for (int i = 0; i < 20; i++) {
          agent.stream(AGENT, i, "line " + i);
        }
        agent.state(AgentSessionState.TERMINATING);
        control.taskComplete(id.value(), "Success", "");
        server.awaitStatus(id, Status.Terminating);
      }
      try (Peer client = server.client(id)) {
        for (int i = 0; i < 20; i++) {
          assertEquals("line " + i, Peer.text(client.receiveStream()));
        }
        assertEquals("", client.receiveClosed().output());
      }
      server.awaitStatus(id, Status.Terminated);
    }
  }

  @Test
  void unacknowledgedOutputIsRepeatedOnceTheAgentIsGone() throws Exception {
    TestGateway server = start(timings -> {});
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      try (Peer client = server.client(id)) {
        Peer agent = server.agent(id);
        agent.stream(AGENT, 0, "dropped by a client that is not ready");
        agent.state(AgentSessionState.TERMINATING);
        assertEquals(0, client.receive().sequenceNumber());
        agent.close();

        assertEquals(0, client.receiveStream().sequenceNumber());
        assertEquals("", client.receiveClosed().output());
        assertTrue(control.isOpen());
      }
    }
  }

  @Test
  void deadClientIsNoticed() throws Exception {
    TestGateway server = startImpatient();
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      String token = server.token(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value());
      try (Peer agent = server.agent(id)) {
        String opening = "{\"TokenValue\":\"" + token + "\"}";
        expectSilenceNoticed(server, id, "/client/" + id, opening);

        assertTrue(agent.isOpen());
        assertTrue(control.isOpen());
      }
    }
  }

  /** The official agent may be silent because its session takes no input; ours may not. */
  @Test
  void deadAgentOfOursIsNoticedWhileItIsOwedInput() throws Exception {
    TestGateway server = startImpatient();
    try (Peer control = server.control()) {
      SessionId id = server.startSession();
      String token = server.token(Tokens.Kind.AGENT_DATA_CHANNEL, id.value());
      try (Peer client = server.client(id)) {
        client.stream(CLIENT, 0, "a key");
        String opening =
            OpenDataChannel.fromAgent(
                    "request", token, "client", TestGateway.NODE, List.of(Extension.ANSWERS_PINGS))
                .toJson();
        expectSilenceNoticed(server, id, "/agent/" + id + "?node=" + TestGateway.NODE, opening);

        assertTrue(client.isOpen());
        assertTrue(control.isOpen());
      }
    }
  }

  private TestGateway startImpatient() throws Exception {
    return start(timings -> {
      timings.pingEvery = Duration.ofMillis(100);
      timings.silenceMax = SHORT;
    });
  }

  /** Of a side that opens its channel and then says nothing, not even to pings. */
  private static void expectSilenceNoticed(
      TestGateway server, SessionId id, String path, String opening) throws Exception {
    try (RawWebSocket dead = RawWebSocket.open(server.listener(), path)) {
      dead.frame(0x81, opening.getBytes(StandardCharsets.UTF_8));
      server.awaitStatus(id, Status.Connected);
      server.awaitStatus(id, Status.Disconnected);
    }
  }

  @Test
  void numbersGoOnAfterARestart() throws Exception {
    TestGateway before = start(timings -> {});
    SessionId id;
    try (Peer control = before.control()) {
      id = before.startSession();
      Peer agent = before.agent(id);
      Peer client = before.client(id);
      agent.stream(AGENT, 0, "before");
      assertEquals("before", Peer.text(client.receiveStream()));
      before.awaitStatus(id, Status.Connected);
      before.close();
      running = null;
      assertEquals(Session.TRY_AGAIN, agent.closeCode());
      assertEquals(Session.TRY_AGAIN, client.closeCode());
      assertEquals(Session.TRY_AGAIN, control.closeCode());
    }

    TestGateway after = start(timings -> {});
    after.awaitStatus(id, Status.Disconnected);
    try (Peer agent = after.agent(id);
        Peer client = after.client(id)) {
      after.awaitStatus(id, Status.Connected);
      client.stream(CLIENT, 0, "input");
      assertEquals("input", Peer.text(agent.receiveStream()));
      assertEquals(0, Peer.acknowledged(client.receive()).acknowledgedMessageSequenceNumber());
      agent.stream(AGENT, 1, "after");
      assertEquals("after", Peer.text(client.receiveStream()));
      assertEquals(1, Peer.acknowledged(agent.receive()).acknowledgedMessageSequenceNumber());
    }
  }

  @Test
  void sessionsWhoseSidesDoNotComeBackAfterARestartEnd() throws Exception {
    TestGateway before = start(timings -> {});
    SessionId live = before.newSession();
    SessionId ending = before.newSession();
    before
        .store()
        .sessions()
        .update(ending, Status.Terminating, java.util.Optional.empty(), java.util.Optional.empty());
    before.close();
    running = null;

    TestGateway after =
        start(timings -> {
          timings.resumeWindow = SHORT;
          timings.startMax = SHORT;
        });

    after.awaitStatus(live, Status.Failed);
    after.awaitStatus(ending, Status.Terminated);
    Awaitility.await().until(() -> after.gateway().sessionCount() == 0);
  }

  @Test
  void sessionFromBeforeARestartCanBeTerminated() throws Exception {
    TestGateway before = start(timings -> {});
    SessionId id = before.newSession();
    before.close();
    running = null;

    TestGateway after = start(timings -> timings.graceMax = SHORT);
    assertTrue(after.bus().request(new EndSession(id, "", "by alice")));
    try (Peer control = after.control()) {
      assertEquals(id.value(), control.receiveClosed().sessionId());
    }

    after.awaitStatus(id, Status.Terminated);
    assertEquals("by alice", record(after, id).details().orElseThrow());
  }
}
