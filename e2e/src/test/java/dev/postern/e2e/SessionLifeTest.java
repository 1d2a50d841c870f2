package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
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

  /** A shell through the real AWS CLI, in which a program runs that can be told from others. */
  private static final class Session implements AutoCloseable {
    private final String marker = "9" + ThreadLocalRandom.current().nextInt(100_000_000);
    private final Terminal terminal;
    private final String id;

    Session() throws Exception {
      String command =
          String.join(
              " ", server.awsCommand("ssm", "start-session", "--target", agent.instanceId()));
      terminal =
          new Terminal(server.shell().with("POSTERN_STTY_BEFORE", "/dev/null"), 100, 30, command);
      id = terminal.screen().expect("Starting session with SessionId: (\\S+)").group(1);
      // Its prompt is output too: one that came after the clock was moved would make the session
      // a used one.
      terminal.type("PS1='rea''dy> '; sleep " + marker + " & echo run''ning\r");
      terminal.screen().expect("running\r+\n.*ready> ");
    }

    void assertOverWithItsProcesses(String details) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(
                      server
                          .aws(
                              "ssm",
                              "describe-sessions",
                              "--state",
                              "History",
                              "--filters",
                              "key=SessionId,value=" + id)
                          .orFail()
                          .out())
                  .contains("\"Terminated\"", details));
      if (Programs.officialAgent().isPresent()) {
        // It leaves what ignores its hangup.
        return;
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() ->
              RunningServer.base().run(List.of("pgrep", "-f", "sleep " + marker)).exitCode() == 1);
    }

    @Override
    public void close() {
      terminal.close();
    }
  }

  @Test
  void idleSessionEndsAndItsUserReadsWhy() throws Exception {
    try (Session session = new Session()) {
      server.advance(IDLE);

      session
          .terminal
          .screen()
          .expect("SessionId: " + session.id + " : Your session timed out due to inactivity\\.");
      assertThat(session.terminal.exitCode()).isZero();
      session.assertOverWithItsProcesses("The session was idle for 20 minutes.");
    }
  }

  @Test
  void sessionThatIsUsedStays() throws Exception {
    try (Session session = new Session()) {
      for (int i = 0; i < 3; i++) {
        server.advance(IDLE.minusMinutes(2));
        session.terminal.type("echo still''here " + i + "\r");
        session.terminal.screen().expect("stillhere " + i);
      }
      // The official agent's session lasts as long as something has its terminal.
      session.terminal.type("kill $!; exit\r");
      session.terminal.screen().expect("Exiting session with sessionId: " + session.id);
    }
  }

  @Test
  void sessionOfAKilledClientIsReapedWithItsProcesses() throws Exception {
    try (Session session = new Session()) {
      session.terminal.close();
      awaitDisconnected(session.id);
      assertThat(
              RunningServer.base()
                  .run(List.of("pgrep", "-f", "sleep " + session.marker))
                  .exitCode())
          .isZero();

      server.advance(RESUME_WINDOW);

      session.assertOverWithItsProcesses("The client did not return within the resume window.");
    }
  }

  private static void awaitDisconnected(String sessionId) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(server.aws("ssm", "describe-sessions", "--state", "Active").orFail().out())
                .contains(sessionId, "\"Disconnected\""));
  }
}
