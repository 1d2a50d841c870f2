package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent or a client is killed in the middle of what sessions do: they end in bounded time, at
 * both ends and with the reason, and nobody else's session is touched.
 */
@Timeout(240)
class KilledEndTest {
  private static final Duration RESUME_WINDOW = Duration.ofSeconds(10);

  /** From the kill: besides the window there are messages to be told and programs to end. */
  private static final Duration ENDED_WITHIN = RESUME_WINDOW.plusSeconds(10);

  /** What a neighbour may notice on a machine that is busy with starting and ending programs. */
  private static final Duration STALL_MAX = Duration.ofSeconds(3);

  private static final int LINES = 200;
  private static final long ENDLESS = 1_000_000_000_000L;
  private static final long KILLED_AT = 20_000_000;

  private static final String NODE_LOST = "The connection to the managed node was lost.";
  private static final String CLIENT_GONE = "The client did not return within the resume window.";
  private static final String LEFT_BEHIND = "the agent ended unexpectedly, and the session with it";

  @TempDir private static Path temporary;
  private static RunningServer server;
  private static RunningAgent spared;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        Programs.officialAgent().isEmpty(), "workers of the official agent live on without it");
    Path config =
        Files.writeString(
            temporary.resolve("config.yaml"),
            "sessions:\n  resumeWindow: " + RESUME_WINDOW.toSeconds() + "s\n");
    server = new RunningServer(temporary.resolve("server"), "--config", config.toString());
    spared = RunningAgent.enrol(server, temporary.resolve("spared"));
  }

  @AfterAll
  static void stop() {
    try {
      if (spared != null) {
        spared.close();
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  /** {@code postern shell}, which counts while the test goes on. */
  private record Counting(Terminal terminal, String id) implements AutoCloseable {
    static Counting start(RunningAgent agent) throws IOException {
      Terminal terminal =
          new Terminal(
              server.shell().with("POSTERN_STTY_BEFORE", "/dev/null"),
              100,
              30,
              Programs.postern() + " shell " + agent.instanceId());
      try {
        String id = terminal.screen().expect("Session (\\S+) \\(Enter").group(1);
        CountingShell.start(terminal, LINES);
        return new Counting(terminal, id);
      } catch (AssertionError failed) {
        terminal.close();
        throw failed;
      }
    }

    CompletableFuture<Duration> longestStall() {
      return CompletableFuture.supplyAsync(() -> CountingShell.longestStall(terminal, LINES));
    }

    void expectUndisturbed(CompletableFuture<Duration> longestStall) throws InterruptedException {
      assertThat(longestStall.join()).isLessThan(STALL_MAX);
      terminal.type("typed\rand later\r");
      CountingShell.expectAllOnce(terminal, LINES, "typed|and later");
    }

    @Override
    public void close() {
      terminal.close();
    }
  }

  private static PosternForward forward(RunningAgent agent, NumberedBytes service)
      throws IOException {
    return PosternForward.start(new OneNode(server, agent, temporary), "0:" + service.port());
  }

  /**
   * Reads from a connection that somebody cuts in the middle, up to its end.
   *
   * @return when it was cut
   */
  private static long readUntilCut(NumberedBytes service, Socket connection, Runnable cut) {
    AtomicLong cutNanos = new AtomicLong();
    assertThatThrownBy(() ->
            service.expect(
                connection,
                done -> {
                  if (done >= KILLED_AT && cutNanos.get() == 0) {
                    cut.run();
                    cutNanos.set(System.nanoTime());
                  }
                }))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SocketTimeoutException.class);
    return cutNanos.get();
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  @Test
  void usersOfAKilledAgentReadWhyAndNobodyElseIsDisturbed() throws Exception {
    Path data = temporary.resolve("killed");
    try (RunningAgent agent = RunningAgent.enrol(server, data);
        NumberedBytes service = new NumberedBytes(ENDLESS);
        PosternForward forward = forward(agent, service);
        Counting shell = Counting.start(agent);
        Counting neighbour = Counting.start(spared)) {
      PosternForward.Opened transfer = forward.opened();
      CompletableFuture<Duration> stall = neighbour.longestStall();

      try (Socket connection = PortForward.connect(transfer.port())) {
        long killed = readUntilCut(service, connection, agent::kill);

        assertThat(forward.exitCode()).isEqualTo(1);
        assertThat(shell.terminal().exitCode()).isEqualTo(1);
        assertThat(since(killed)).isLessThan(ENDED_WITHIN);
      }
      String reason = "postern: the session ended: " + NODE_LOST;
      assertThat(forward.err().allAtEnd()).endsWith(reason + "\n");
      assertThat(shell.terminal().screen().allAtEnd()).endsWith(reason + "\r\n");
      assertThat(service.connections()).isZero();
      neighbour.expectUndisturbed(stall);
      try (RunningAgent _ = RunningAgent.again(server, data, agent.instanceId())) {
        server.awaitInHistory(transfer.sessionId(), "\"Failed\"", NODE_LOST);
        server.awaitInHistory(shell.id(), "\"Failed\"", NODE_LOST);
      }
    }
  }

  @Test
  void nextAgentEndsWhatAKilledOneLeftAndItsUserReadsWhy() throws Exception {
    Path data = temporary.resolve("followed");
    try (RunningAgent killed = RunningAgent.enrol(server, data);
        MarkedShell session = MarkedShell.start(server, killed, MarkedShell.IGNORES_HANGUP)) {
      session.terminal().type("while sleep 0.1; do echo out''put; done\r");
      session.terminal().screen().expect("output");

      killed.kill();
      assertThat(session.isProgramRunning()).isTrue();

      try (RunningAgent next = RunningAgent.again(server, data, killed.instanceId())) {
        session.terminal().screen().expect("SessionId: " + session.id() + " : " + LEFT_BEHIND);
        assertThat(session.terminal().exitCode()).isZero();
        server.awaitInHistory(session.id(), "\"Failed\"", LEFT_BEHIND);
        session.awaitProgramGone();
        assertThat(
                server
                    .shell()
                    .run(
                        List.of(
                            Programs.postern(), "exec", next.instanceId(), "--", "echo", "back")))
            .isEqualTo(new Finished(0, "back\n", ""));
      }
    }
  }

  @Test
  void sessionsOfKilledClientsEndOnTheNodeAndNobodyElseIsDisturbed() throws Exception {
    try (NumberedBytes service = new NumberedBytes(ENDLESS);
        PosternForward forward = forward(spared, service);
        MarkedShell shell = MarkedShell.start(server, spared, MarkedShell.IGNORES_HANGUP);
        Counting neighbour = Counting.start(spared)) {
      PosternForward.Opened transfer = forward.opened();
      CompletableFuture<Duration> stall = neighbour.longestStall();
      // Far more than can be under way, so the session is held up when nobody takes it.
      shell.terminal().type("seq 1000000000\r");
      shell.terminal().screen().expect("\n5000\r");

      long killed;
      try (Socket connection = PortForward.connect(transfer.port())) {
        killed =
            readUntilCut(
                service,
                connection,
                () -> {
                  Stopped.byKill(forward.process());
                  assertThat(shell.terminal().program().destroyForcibly()).isTrue();
                });
      }

      server.awaitActive(transfer.sessionId(), "\"Disconnected\"");
      server.awaitActive(shell.id(), "\"Disconnected\"");
      assertThat(shell.isProgramRunning()).isTrue();
      assertThat(service.connections()).isOne();
      server.awaitInHistory(transfer.sessionId(), "\"Terminated\"", CLIENT_GONE);
      server.awaitInHistory(shell.id(), "\"Terminated\"", CLIENT_GONE);
      shell.awaitProgramGone();
      Awaitility.await().until(() -> service.connections() == 0);
      assertThat(since(killed)).isLessThan(ENDED_WITHIN);
      neighbour.expectUndisturbed(stall);
    }
  }
}
