package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The server is killed or stopped in the middle of what sessions do: they go on by themselves when
 * it is back. How long that takes counts, so it has the machine for itself.
 */
@Isolated
@Timeout(240)
class KilledServerTest {
  private static final long DOWN_BYTES = 500_000_000;
  private static final long UP_BYTES = 200_000_000;
  private static final long KILLED_AT = 100_000_000;
  private static final int LINES = 100;
  private static final Duration STALL_MAX = Duration.ofSeconds(5);
  private static final Duration ORDERLY_STOP_MAX = Duration.ofSeconds(10);

  @TempDir private static Path temporary;
  private static OneNode node;

  @BeforeAll
  static void start() throws Exception {
    Path folder = temporary.resolve("node");
    RunningServer server = new RunningServer(folder.resolve("server"));
    node = new OneNode(server, RunningAgent.enrol(server, folder.resolve("agent")), folder);
  }

  @AfterAll
  static void stop() {
    if (node != null) {
      node.close();
    }
  }

  /**
   * Kills the server when a reader is so far, and knows how long that one then waited for the rest.
   * Told by the reader's thread, asked by any.
   */
  private static final class KillUnderWay implements LongRow.Progress {
    private final CompletableFuture<Long> restarted = new CompletableFuture<>();
    private final AtomicBoolean killed = new AtomicBoolean();
    private final AtomicLong last = new AtomicLong(System.nanoTime());
    private final AtomicLong longestStall = new AtomicLong();

    @Override
    public void at(long bytes) {
      long now = System.nanoTime();
      if (restarted.isDone()) {
        long since = Math.max(last.get(), restarted.join());
        longestStall.accumulateAndGet(now - since, Math::max);
      } else if (bytes >= KILLED_AT && killed.compareAndSet(false, true)) {
        kill();
      }
      last.set(now);
    }

    /** Beside the reader. */
    private void kill() {
      Thread.ofVirtual()
          .name("killer")
          .start(() -> {
            try {
              node.server().killAndRestart();
              restarted.complete(System.nanoTime());
            } catch (Exception | AssertionError failed) {
              restarted.completeExceptionally(failed);
            }
          });
    }

    /** For a transfer that has ended. */
    void expectRecovered(PosternForward forward) {
      assertThat(restarted).isCompleted();
      var _ = forward.err().expect("connection lost, trying again");
      var _ = forward.err().expect("connected again");
      assertThat(Duration.ofNanos(longestStall.get())).isPositive().isLessThan(STALL_MAX);
    }
  }

  private static void assumeOurClient() {
    assumeTrue(
        Programs.officialPlugin().isEmpty(),
        "postern forward has no part of the official plugin's");
  }

  @Test
  void transferGoesOnByteForByte() throws Exception {
    assumeOurClient();
    KillUnderWay kill = new KillUnderWay();
    try (NumberedBytes service = new NumberedBytes(DOWN_BYTES);
        PosternForward forward = PosternForward.start(node, "0:" + service.port());
        Socket connection = PortForward.connect(forward.port())) {
      service.expect(connection, kill);

      kill.expectRecovered(forward);
    }
  }

  @Test
  void transferToTheNodeGoesOnByteForByte() throws Exception {
    assumeOurClient();
    KillUnderWay kill = new KillUnderWay();
    try (DigestService service = new DigestService(0, kill);
        PosternForward forward = PosternForward.start(node, "0:" + service.port());
        Socket connection = PortForward.connect(forward.port())) {
      byte[] wanted = DigestService.send(connection, UP_BYTES);

      assertThat(connection.getInputStream().readAllBytes()).isEqualTo(wanted);
      kill.expectRecovered(forward);
    }
  }

  @Test
  void shellGoesOnWithoutGapOrRepeat() throws Exception {
    shellGoesOnOver(node.server()::killAndRestart);
  }

  @Test
  void shellGoesOnOverAnOrderlyStop() throws Exception {
    shellGoesOnOver(() -> assertThat(node.server().stopAndRestart(ORDERLY_STOP_MAX)).isZero());
  }

  /** Through the official plugin where the suite has one: the AWS CLI starts that. */
  private static String shellCommand() {
    String target = node.agent().instanceId();
    return Programs.officialPlugin().isEmpty()
        ? Programs.postern() + " shell " + target
        : String.join(" ", node.server().awsCommand("ssm", "start-session", "--target", target));
  }

  /** What happens to the server while a shell is open. */
  private interface Outage {
    void run() throws Exception;
  }

  private static void shellGoesOnOver(Outage outage) throws Exception {
    try (Terminal terminal =
        new Terminal(
            node.server().shell().with("POSTERN_STTY_BEFORE", temporary.resolve("stty").toString()),
            100,
            30,
            shellCommand())) {
      CountingShell.start(terminal, LINES);

      outage.run();
      assertThat(longestStallWhileTyping(terminal)).isLessThan(STALL_MAX);
      CountingShell.expectAllOnce(terminal, LINES, "typed after|and later");
    }
  }

  private static Duration longestStallWhileTyping(Terminal terminal) {
    String typed = "typed after\rand later\r";
    if (Programs.officialPlugin().isPresent()) {
      // A key that it cannot send, because it is not connected again, ends that one.
      Duration stall = CountingShell.longestStall(terminal, LINES);
      terminal.type(typed);
      return stall;
    }
    terminal.type(typed);
    return CountingShell.longestStall(terminal, LINES);
  }
}
