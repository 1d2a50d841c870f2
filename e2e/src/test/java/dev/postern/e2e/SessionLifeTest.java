package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that end by themselves: nobody uses them any more, or their client is gone. */
@Timeout(240)
class SessionLifeTest {
  private static final Duration IDLE = Duration.ofMinutes(20);
  private static final Duration RESUME_WINDOW = Duration.ofSeconds(60);

  @TempDir static Path temporary;
  private static RunningServer server;
  private static RunningAgent agent;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.withMovableTime(temporary.resolve("server"));
    agent = RunningAgent.enrol(server, temporary.resolve("agent"));
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (agent != null) {
        agent.close();
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  private static MarkedShell shell() throws Exception {
    return MarkedShell.start(server, agent, MarkedShell.ENDS_BY_HANGUP);
  }

  private static void expectOverWithItsProcesses(MarkedShell session, String details) {
    server.awaitInHistory(session.id(), "\"Terminated\"", details);
    if (Programs.officialAgent().isEmpty()) {
      // That one leaves what ignores its hangup.
      session.awaitProgramGone();
    }
  }

  @Test
  void idleSessionEndsAndItsUserReadsWhy() throws Exception {
    try (MarkedShell session = shell()) {
      server.advance(IDLE);

      session
          .terminal()
          .screen()
          .expect("SessionId: " + session.id() + " : Your session timed out due to inactivity\\.");
      assertThat(session.terminal().exitCode()).isZero();
      expectOverWithItsProcesses(session, "The session was idle for 20 minutes.");
    }
  }

  @Test
  void sessionThatIsUsedStays() throws Exception {
    try (MarkedShell session = shell()) {
      for (int i = 0; i < 3; i++) {
        server.advance(IDLE.minusMinutes(2));
        session.terminal().type("echo still''here " + i + "\r");
        session.terminal().screen().expect("stillhere " + i);
      }
      // The official agent's session lasts as long as something has its terminal.
      session.terminal().type("kill $!; exit\r");
      session.terminal().screen().expect("Exiting session with sessionId: " + session.id());
    }
  }

  @Test
  void sessionOfAKilledClientIsReapedWithItsProcesses() throws Exception {
    try (MarkedShell session = shell()) {
      session.terminal().close();
      server.awaitActive(session.id(), "\"Disconnected\"");
      assertThat(session.isProgramRunning()).isTrue();

      server.advance(RESUME_WINDOW);

      expectOverWithItsProcesses(session, "The client did not return within the resume window.");
    }
  }
}
