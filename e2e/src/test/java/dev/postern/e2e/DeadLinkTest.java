package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.FrozenLink;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A person's path to the server swallows everything for a while, or is cut, in the middle of a
 * shell's output. The node's path is a different one and stays whole.
 */
@Timeout(240)
@EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
class DeadLinkTest {
  private static final int LINES = 300;
  private static final long TRANSFER_BYTES = 500_000_000;
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(10);

  @TempDir static Path temporary;

  private static RunningServer server;
  private static FrozenLink link;
  private static RunningAgent agent;

  enum Program {
    POSTERN_SHELL,
    AWS_CLI_AND_PLUGIN
  }

  @BeforeAll
  static void start() throws Exception {
    int front = FrontProxy.freePort();
    server =
        new RunningServer(
            temporary.resolve("server"), "--public-url", "https://localhost:" + front);
    link = new FrozenLink(front, server.listeningPort());
    agent =
        RunningAgent.enrolAt(
            URI.create("https://localhost:" + server.listeningPort()),
            server,
            temporary.resolve("agent"));
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (agent != null) {
        agent.close();
      }
    } finally {
      if (link != null) {
        link.close();
      }
      if (server != null) {
        server.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Program.class)
  void shellGoesOnWithNothingLostOrRepeated(Program program) throws Exception {
    if (program == Program.AWS_CLI_AND_PLUGIN && Programs.officialPlugin().isPresent()) {
      return; // It has no deadline and waits for TCP's, a quarter of an hour.
    }
    try (Terminal terminal = terminal(program)) {
      CountingShell.start(terminal, LINES);

      link.freeze();
      long dead = System.nanoTime();
      terminal.type("typed while dead\r");
      terminal.screen().expect(": connection lost, trying again");
      Duration noticed = Duration.ofNanos(System.nanoTime() - dead);
      terminal.type("and later\r");
      link.thaw();

      terminal.screen().expect(": connected again");
      assertThat(noticed).isLessThan(NOTICED_WITHIN);
      CountingShell.expectAllOnce(terminal, LINES, "typed while dead|and later");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  void shellGoesOnAfterTheServerWasOutOfReachFor(int seconds) throws Exception {
    try (Terminal terminal = terminal(Program.POSTERN_SHELL)) {
      CountingShell.start(terminal, LINES);

      link.cutOff();
      terminal.type("typed while away\r");
      assertThat(terminal.endsWithin(Duration.ofSeconds(seconds))).isFalse();
      terminal.type("and later\r");
      link.mend();

      terminal.screen().expect(": connected again");
      CountingShell.expectAllOnce(terminal, LINES, "typed while away|and later");
    }
  }

  @Test
  void transferGoesOnByteForByteAfterThirtySecondsOfSilence() throws Exception {
    try (NumberedBytes service = new NumberedBytes(TRANSFER_BYTES);
        PosternForward forward =
            PosternForward.start(new OneNode(server, agent, temporary), "0:" + service.port());
        Socket connection = new Socket(InetAddress.getLoopbackAddress(), forward.port())) {
      AtomicBoolean frozen = new AtomicBoolean();
      service.expect(
          connection,
          done -> {
            if (done > TRANSFER_BYTES / 5 && frozen.compareAndSet(false, true)) {
              link.freeze();
              CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS).execute(link::thaw);
            }
          });

      assertThat(frozen).isTrue();
      var _ = forward.err().expect("connection lost, trying again");
      var _ = forward.err().expect("connected again");
    }
  }

  private static Terminal terminal(Program program) throws Exception {
    List<String> command =
        switch (program) {
          case POSTERN_SHELL -> List.of(Programs.postern(), "shell", agent.instanceId());
          case AWS_CLI_AND_PLUGIN ->
              server.awsCommand("ssm", "start-session", "--target", agent.instanceId());
        };
    return new Terminal(
        server.shell().with("POSTERN_STTY_BEFORE", temporary.resolve("stty").toString()),
        100,
        30,
        String.join(" ", command));
  }
}
