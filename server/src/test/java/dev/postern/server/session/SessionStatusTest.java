package dev.postern.server.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.MovableTime;
import dev.postern.server.bus.EndSession;
import dev.postern.server.bus.NoResponder;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a session comes from one status to the next, with the times that a server uses. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class SessionStatusTest {
  private static final GatewayOptions OPTIONS =
      Timings.of(timings -> timings.clientAttachMax = Duration.ofMinutes(5));

  @TempDir private Path directory;
  private final MovableTime time = new MovableTime();
  private TestGateway server;
  private Peer control;
  private SessionId id;

  @BeforeEach
  void start() throws Exception {
    server = new TestGateway(directory, OPTIONS, time);
    control = server.control();
    id = server.startSession();
    assertEquals(MessageType.INTERACTIVE_SHELL, control.receive().messageType());
  }

  @AfterEach
  void stop() {
    control.close();
    server.close();
  }

  private SessionRecord record() {
    return server.store().sessions().find(id).orElseThrow();
  }

  private void assertEnded(Status status, String details) {
    server.awaitStatus(id, status);
    assertEquals(Optional.of(details), record().details());
    assertTrue(record().endDate().isPresent());
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void sessionConnectsWhenBothAreThereWhoeverIsFirst(Side first) throws Exception {
    assertEquals(Status.Connecting, record().status());
    try (Peer one = server.side(first, id);
        Peer other = server.side(first.peer(), id)) {
      server.awaitStatus(id, Status.Connected);
      assertTrue(one.isOpen());
      assertTrue(other.isOpen());
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void sessionIsDisconnectedWhileOneOfThemIsGone(Side leaver) throws Exception {
    try (Peer _ = server.side(leaver.peer(), id)) {
      Peer first = server.side(leaver, id);
      server.awaitStatus(id, Status.Connected);

      first.close();

      server.awaitStatus(id, Status.Disconnected);
      time.advance(Duration.ofSeconds(50));
      try (Peer _ = server.side(leaver, id)) {
        server.awaitStatus(id, Status.Connected);
      }
    }
  }

  @Test
  void nodeThatNeverAnswersFailsTheSessionAndTheClientIsTold() throws Exception {
    try (Peer client = server.client(id)) {
      time.advance(Duration.ofSeconds(31));

      assertEquals(
          "The managed node did not open the session in time.", client.receiveClosed().output());
      assertEquals(1000, client.closeCode());
      assertEquals(id.value(), control.receiveClosed().sessionId());
      control.taskComplete(id.value(), "Success", "");
      assertEnded(Status.Failed, "The managed node did not open the session in time.");
    }
  }

  @Test
  void clientThatComesAfterTheNodeFailedToAnswerIsRefused() throws Exception {
    time.advance(Duration.ofSeconds(31));
    assertEquals(id.value(), control.receiveClosed().sessionId());
    time.advance(Duration.ofMinutes(5));
    assertEnded(Status.Failed, "The managed node did not open the session in time.");

    try (Peer late = server.client(id)) {
      assertEquals(1008, late.closeCode());
    }
  }

  @Test
  void clientThatDoesNotComeBackEndsTheSessionAndItsProcesses() throws Exception {
    try (Peer agent = server.agent(id)) {
      Peer client = server.client(id);
      server.awaitStatus(id, Status.Connected);
      client.close();
      server.awaitStatus(id, Status.Disconnected);

      time.advance(OPTIONS.resumeWindow().plusSeconds(1));

      assertEquals(id.value(), agent.receiveClosed().sessionId());
      assertEquals(id.value(), control.receiveClosed().sessionId());
      server.awaitStatus(id, Status.Terminating);
      control.taskComplete(id.value(), "Success", "");
      assertEnded(Status.Terminated, "The client did not return within the resume window.");
      assertEquals(1000, agent.closeCode());
    }
  }

  @Test
  void nodeThatDoesNotComeBackFailsTheSession() throws Exception {
    try (Peer client = server.client(id)) {
      Peer agent = server.agent(id);
      server.awaitStatus(id, Status.Connected);
      agent.close();
      server.awaitStatus(id, Status.Disconnected);

      time.advance(OPTIONS.resumeWindow().plusSeconds(1));

      assertEquals("The connection to the managed node was lost.", client.receiveClosed().output());
      assertEquals(id.value(), control.receiveClosed().sessionId());
      control.taskComplete(id.value(), "Success", "");
      assertEnded(Status.Failed, "The connection to the managed node was lost.");
    }
  }

  @Test
  void sessionThatIsEndedTerminatesOnceTheNodeIsDone() throws Exception {
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);

      server.bus().request(new EndSession(id, "", "by bob"));

      assertEquals(id.value(), agent.receiveClosed().sessionId());
      assertEquals("", client.receiveClosed().output());
      server.awaitStatus(id, Status.Terminating);
      assertEquals(Optional.of("by bob"), record().details());
      control.taskComplete(id.value(), "Success", "");
      assertEnded(Status.Terminated, "by bob");
    }
  }

  @Test
  void nodeThatIsNeverDoneIsGivenUp() throws Exception {
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      server.bus().request(new EndSession(id, "", "by bob"));
      assertEquals("", client.receiveClosed().output());

      time.advance(TestGateway.TIMING.graceMax());

      assertEnded(Status.Terminated, "by bob");
      assertEquals(id.value(), agent.receiveClosed().sessionId());
      assertEquals(1000, agent.closeCode());
    }
    Awaitility.await().until(() -> server.gateway().sessionCount() == 0);
    assertThrows(NoResponder.class, () -> server.bus().request(new EndSession(id, "", "")));
  }

  @ParameterizedTest
  @CsvSource({"Failed,Failed", "TimedOut,Failed", "Cancelled,Terminated", "Success,Terminated"})
  void whatTheNodeSaysOfTheEndReachesClientAndRecord(String said, Status status) throws Exception {
    try (Peer client = server.client(id)) {
      Peer agent = server.agent(id);
      server.awaitStatus(id, Status.Connected);

      control.taskComplete(id.value(), said, "\n----------ERROR-------\nno shell");
      agent.close();

      assertEquals("\n----------ERROR-------\nno shell", client.receiveClosed().output());
      assertEnded(status, "----------ERROR-------\nno shell");
    }
  }

  @Test
  void longTextOfTheNodeIsCutForTheRecordAlone() throws Exception {
    String text = "x".repeat(2500);
    try (Peer client = server.client(id)) {
      control.taskComplete(id.value(), "Failed", text);

      assertEquals(text, client.receiveClosed().output());
      assertEnded(Status.Failed, "x".repeat(Ending.DETAILS_LENGTH_MAX));
    }
  }

  @Test
  void reasonOfTheEndOutlivesAServerThatIsRestartedMeanwhile() throws Exception {
    try (Peer agent = server.agent(id);
        Peer client = server.client(id)) {
      server.awaitStatus(id, Status.Connected);
      server.bus().request(new EndSession(id, "", "by bob"));
      assertEquals("", client.receiveClosed().output());
      assertTrue(agent.isOpen());
      server.awaitStatus(id, Status.Terminating);
    }
    control.close();
    server.close();

    server = new TestGateway(directory, OPTIONS, time);
    control = server.control();

    assertEquals(id.value(), control.receiveClosed().sessionId());
    control.taskComplete(id.value(), "Success", "");
    assertEnded(Status.Terminated, "by bob");
  }
}
