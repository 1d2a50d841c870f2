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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A path to the server swallows everything for a while, or is cut, in the middle of what sessions
 * do. A person's and the node's are different ones, and one stays whole.
 */
@Timeout(240)
@EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
class DeadLinkTest {
  private static final int LINES = 300;

  /** More than half a minute of them. */
  private static final int LONG_LINES = 400;

  private static final Duration STALL_MAX = Duration.ofSeconds(5);
  private static final long TRANSFER_BYTES = 500_000_000;
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(10);

  @TempDir static Path temporary;

  private static RunningServer server;

  /** The client's. */
  private static FrozenLink link;

  private static FrozenLink nodeLink;
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
    nodeLink = new FrozenLink(server.listeningPort());
    agent =
        RunningAgent.enrolAt(
            URI.create("https://localhost:" + nodeLink.port()), server, temporary.resolve("agent"));
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
      if (nodeLink != null) {
        nodeLink.close();
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

  /** Which path goes dead. */
  enum Leg {
    CLIENT,
    NODE;

    FrozenLink link() {
      return this == CLIENT ? link : nodeLink;
    }
  }

  /**
   * The connections of before stay dead, as when TCP's next attempt is far away: what goes on must
   * go on over new ones.
   */
  @ParameterizedTest
  @EnumSource(Leg.class)
  void transferGoesOnByteForByteAfterThirtySecondsOfSilence(Leg leg) throws Exception {
    AtomicBoolean frozen = new AtomicBoolean();
    AtomicLong back = new AtomicLong();
    AtomicLong last = new AtomicLong();
    AtomicLong stall = new AtomicLong();
    try (NumberedBytes service = new NumberedBytes(TRANSFER_BYTES);
        PosternForward forward =
            PosternForward.start(new OneNode(server, agent, temporary), "0:" + service.port());
        Socket connection = new Socket(InetAddress.getLoopbackAddress(), forward.port())) {
      service.expect(
          connection,
          done -> {
            long now = System.nanoTime();
            if (back.get() != 0) {
              stall.accumulateAndGet(now - Math.max(last.get(), back.get()), Math::max);
            }
            last.set(now);
            if (done > TRANSFER_BYTES / 5 && frozen.compareAndSet(false, true)) {
              leg.link().freeze();
              CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS)
                  .execute(() -> {
                    back.set(System.nanoTime());
                    leg.link().thawForNew();
                  });
            }
          });

      assertThat(back.get()).isNotZero();
      assertThat(Duration.ofNanos(stall.get())).isPositive().isLessThan(STALL_MAX);
      if (leg == Leg.CLIENT) {
        var _ = forward.err().expect("connection lost, trying again");
        var _ = forward.err().expect("connected again");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Leg.class)
  void shellGoesOnAfterThirtySecondsOfSilence(Leg leg) throws Exception {
    try (Terminal terminal = terminal(Program.POSTERN_SHELL)) {
      CountingShell.start(terminal, LONG_LINES);

      leg.link().freeze();
      assertThat(terminal.endsWithin(Duration.ofSeconds(30))).isFalse();
      leg.link().thawForNew();
      terminal.type("typed after\rand later\r");

      assertThat(CountingShell.longestStall(terminal, LONG_LINES)).isLessThan(STALL_MAX);
      CountingShell.expectAllOnce(terminal, LONG_LINES, "typed after|and later");
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
