package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.FrozenLink;
import dev.postern.wire.channel.OutgoingStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The path of one client is so slow that next to nothing passes, and it asked for much. How fast
 * others are meanwhile counts, so this has the machine for itself.
 */
@Isolated
@Timeout(240)
@EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
class SlowSessionTest {
  private static final long SLOW_BYTES_PER_SECOND = 1_000;

  /** Until then the slow path is as fast as any, so that all windows are wide open. */
  private static final long SLOW_FROM = 30_000_000;

  private static final long SLOW_BYTES = 150_000_000;
  private static final long FAST_BYTES = 300_000_000;

  /** What the kernel holds of one connection on this machine, at both of its ends. */
  private static final long SOCKETS_BYTES = 6L << 20;

  /**
   * The agent's window is all that can be between it and the client, whoever holds it. Before the
   * agent there are the service's sockets, and behind the client the reader's.
   */
  private static final long AHEAD_MAX = OutgoingStream.BYTES_MAX + 2 * SOCKETS_BYTES;

  private static final long SERVER_GROWTH_MAX = 40L << 20;

  /** So many times as long as alone. */
  private static final int TIMES_AS_LONG_MAX = 3;

  @TempDir Path temporary;

  @Test
  void oneSlowPathHoldsUpNeitherAnotherSessionNorTheServersMemory() throws Exception {
    int front = FrontProxy.freePort();
    try (RunningServer server =
            new RunningServer(
                temporary.resolve("server"), "--public-url", "https://localhost:" + front);
        FrozenLink clients = new FrozenLink(front, server.listeningPort());
        RunningAgent agent =
            RunningAgent.enrolAt(
                URI.create("https://localhost:" + server.listeningPort()),
                server,
                temporary.resolve("agent"));
        NumberedBytes fastService = new NumberedBytes(FAST_BYTES);
        NumberedBytes slowService = new NumberedBytes(SLOW_BYTES)) {
      OneNode node = new OneNode(server, agent, temporary);
      long _ = nanosToRead(node, fastService); // so that all are warm
      long alone = nanosToRead(node, fastService);
      try (PosternForward slow = PosternForward.start(node, "0:" + slowService.port());
          Socket connection = new Socket(InetAddress.getLoopbackAddress(), slow.port())) {
        AtomicLong read = new AtomicLong();
        var slowed = new CompletableFuture<Void>();
        CompletableFuture<Void> whole =
            CompletableFuture.runAsync(
                () -> readSlowly(slowService, connection, clients, slowed, read));
        var _ = CompletableFuture.anyOf(slowed, whole).get(60, TimeUnit.SECONDS);
        long before = server.residentBytes();

        long beside = nanosToRead(node, fastService);

        assertThat(server.residentBytes() - before).isLessThan(SERVER_GROWTH_MAX);
        assertThat(slowService.written() - read.get()).isLessThan(AHEAD_MAX);
        assertThat(beside).isLessThan(TIMES_AS_LONG_MAX * alone);
        assertThat(whole).isNotDone();
        clients.limit(Long.MAX_VALUE);
        whole.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static void readSlowly(
      NumberedBytes service,
      Socket connection,
      FrozenLink path,
      CompletableFuture<Void> slowed,
      AtomicLong read) {
    try {
      service.expect(
          connection,
          done -> {
            read.set(done);
            if (done >= SLOW_FROM && !slowed.isDone()) {
              path.limitPresent(SLOW_BYTES_PER_SECOND);
              slowed.complete(null);
            }
          });
    } catch (IOException lost) {
      throw new AssertionError(lost);
    }
  }

  /** By a client of its own. */
  private static long nanosToRead(OneNode node, NumberedBytes service) throws IOException {
    try (PosternForward forward = PosternForward.start(node, "0:" + service.port());
        Socket connection = PortForward.connect(forward.port())) {
      long start = System.nanoTime();
      service.expect(connection, _ -> {});
      return System.nanoTime() - start;
    }
  }
}
