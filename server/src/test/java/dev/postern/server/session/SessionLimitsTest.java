package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.MovableTime;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.smux.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idle time-out and maximum duration over real sockets, with the time in the test's hand. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class SessionLimitsTest {
  private static final Duration IDLE = Duration.ofMinutes(20);

  /** Less than passes by itself in a test. */
  private static final Duration MARGIN = Duration.ofMinutes(2);

  @TempDir private Path directory;
  private final MovableTime time = new MovableTime();
  private TestGateway server;
  private Peer control;

  @BeforeEach
  void start() throws Exception {
    server = new TestGateway(directory, TestGateway.OPTIONS, time);
    control = server.control();
  }

  @AfterEach
  void stop() {
    control.close();
    server.close();
  }

  private SessionId startSession() throws Exception {
    SessionId id = server.startSession();
    assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());
    return id;
  }

  private Optional<String> details(SessionId id) {
    return record(id).details();
  }

  private SessionRecord record(SessionId id) {
    return server.store().sessions().find(id).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SessionType.STANDARD_STREAM,
        SessionType.INTERACTIVE_COMMANDS,
        SessionType.NON_INTERACTIVE_COMMANDS,
        SessionType.PORT
      })
  void idleSessionOfEveryTypeIsEndedAndEverybodyTold(String sessionType) throws Exception {
    server.sessionType = sessionType;
    SessionId id = startSession();
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);

      time.advance(IDLE);

      assertEquals("Your session timed out due to inactivity.", client.receiveClosed().output());
      assertEquals(1000, client.closeCode());
      assertEquals(id.value(), agent.receiveClosed().sessionId());
      assertEquals(id.value(), control.receiveClosed().sessionId());
      control.taskComplete(id.value(), "Success", "");
      server.awaitStatus(id, Status.Terminated);
      assertEquals(Optional.of("The session was idle for 20 minutes."), details(id));
      assertEquals(1000, agent.closeCode());
    }
  }

  @Test
  void idleTimeOfTheSessionsOwnIsObeyed() throws Exception {
    server.limits = new SessionLimits(60, OptionalInt.empty());
    SessionId patient = startSession();
    server.limits = new SessionLimits(1, OptionalInt.empty());
    SessionId hasty = startSession();
    try (Peer agent = server.agent(hasty);
        Peer client = server.client(hasty);
        Peer otherAgent = server.agent(patient);
        Peer otherClient = server.client(patient)) {
      server.awaitStatus(hasty, Status.Connected);
      server.awaitStatus(patient, Status.Connected);

      time.advance(Duration.ofMinutes(1));

      assertTrue(client.receiveClosed().output().contains("inactivity"));
      assertEquals(hasty.value(), agent.receiveClosed().sessionId());
      otherAgent.stream(AGENT, 0, "goes on");
      assertEquals("goes on", Peer.text(otherClient.receiveStream()));
    }
  }

  @Test
  void payloadOfEitherSideKeepsASession() throws Exception {
    SessionId id = startSession();
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      for (int i = 0; i < 3; i++) {
        time.advance(IDLE.minus(MARGIN));
        agent.stream(AGENT, i, "out");
        assertEquals("out", Peer.text(client.receiveStream()));
        assertEquals(i, Peer.acknowledged(agent.receive()).acknowledgedMessageSequenceNumber());
        time.advance(IDLE.minus(MARGIN));
        client.stream(CLIENT, i, "in");
        assertEquals("in", Peer.text(agent.receiveStream()));
        assertEquals(i, Peer.acknowledged(client.receive()).acknowledgedMessageSequenceNumber());
      }

      time.advance(IDLE);

      assertTrue(client.receiveClosed().output().contains("inactivity"));
    }
  }

  @Test
  void portThatOnlyShowsSignsOfLifeIsIdle() throws Exception {
    server.sessionType = SessionType.PORT;
    SessionId id = startSession();
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      time.advance(IDLE.minus(MARGIN));
      agent.stream(AGENT, 0, PayloadType.OUTPUT, Frame.encode(new Frame.Nop()).array());
      assertEquals(8, client.receiveStream().payload().remaining());

      time.advance(MARGIN);

      assertTrue(client.receiveClosed().output().contains("inactivity"));
    }
  }

  @Test
  void busySessionEndsAtItsMaximum() throws Exception {
    server.limits = new SessionLimits(20, OptionalInt.of(30));
    SessionId id = startSession();
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      time.advance(Duration.ofMinutes(15));
      client.stream(CLIENT, 0, "busy");
      assertEquals("busy", Peer.text(agent.receive()));

      time.advance(Duration.ofMinutes(15));

      assertEquals("Your session reached its maximum duration.", client.receiveClosed().output());
      assertEquals(id.value(), agent.receiveClosed().sessionId());
      control.taskComplete(id.value(), "Success", "");
      server.awaitStatus(id, Status.Terminated);
      assertEquals(
          Optional.of("The session reached its maximum duration of 30 minutes."), details(id));
    }
  }

  @Test
  void maximumCountsOverARestartAndTheIdleTimeAnew() throws Exception {
    server.limits = new SessionLimits(20, OptionalInt.of(60));
    SessionId id = startSession();
    Peer firstAgent = server.agent(id);
    Peer firstClient = server.client(id);
    server.awaitStatus(id, Status.Connected);
    time.advance(IDLE.minus(MARGIN));
    restart(Duration.ZERO);
    firstAgent.close();
    firstClient.close();

    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      time.advance(IDLE.minus(MARGIN));
      agent.stream(AGENT, 0, "still here");
      assertEquals("still here", Peer.text(client.receiveStream()));
      time.advance(IDLE.minus(MARGIN));
      agent.stream(AGENT, 1, "still busy");
      assertEquals("still busy", Peer.text(client.receiveStream()));

      time.advance(Duration.ofMinutes(6));

      assertTrue(client.receiveClosed().output().contains("maximum duration"));
    }
  }

  @Test
  void maximumThatPassedWhileTheServerWasDownEndsTheSession() throws Exception {
    server.limits = new SessionLimits(20, OptionalInt.of(60));
    SessionId id = startSession();
    Peer agent = server.agent(id);
    Peer client = server.client(id);
    server.awaitStatus(id, Status.Connected);
    restart(Duration.ofMinutes(60));
    agent.close();
    client.close();

    assertEquals(id.value(), control.receiveClosed().sessionId());
    control.taskComplete(id.value(), "Success", "");
    server.awaitStatus(id, Status.Terminated);
    assertTrue(details(id).orElseThrow().contains("maximum duration"));
  }

  private void restart(Duration down) throws Exception {
    server.close();
    control.close();
    time.advance(down);
    server = new TestGateway(directory, TestGateway.OPTIONS, time);
    control = server.control();
  }

  @Test
  void clientThatIsAwayWhenItsSessionTimesOutFindsItOver() throws Exception {
    server.close();
    server =
        new TestGateway(
            directory,
            Timings.of(timings -> {
              timings.resumeWindow = Duration.ofHours(12);
              timings.graceMax = Duration.ofMillis(300);
            }),
            time);
    control = server.control();
    SessionId id = startSession();
    try (Peer agent = server.agent(id)) {
      Peer client = server.client(id);
      server.awaitStatus(id, Status.Connected);
      client.close();
      server.awaitStatus(id, Status.Disconnected);

      time.advance(IDLE);

      assertEquals(id.value(), agent.receiveClosed().sessionId());
      server.awaitStatus(id, Status.Terminated);
      assertEquals(Optional.of("The session was idle for 20 minutes."), details(id));
      Awaitility.await().until(() -> server.gateway().sessionCount() == 0);
    }
  }

  @Test
  void sessionThatNobodyUsesYetIsNotIdle() throws Exception {
    server.close();
    server =
        new TestGateway(
            directory,
            Timings.of(timings -> {
              timings.clientAttachMax = Duration.ofMinutes(5);
              timings.startMax = Duration.ofMinutes(5);
            }),
            time);
    server.limits = new SessionLimits(1, OptionalInt.empty());
    control = server.control();
    SessionId id = startSession();
    try (Peer agent = server.agent(id)) {
      agent.stream(AGENT, 0, "prompt");
      time.advance(Duration.ofMinutes(3));
      try (Peer client = server.client(id)) {
        assertEquals("prompt", Peer.text(client.receiveStream()));
        assertEquals(0, Peer.acknowledged(agent.receive()).acknowledgedMessageSequenceNumber());

        time.advance(Duration.ofMinutes(1));

        assertTrue(client.receiveClosed().output().contains("inactivity"));
      }
    }
  }
}
