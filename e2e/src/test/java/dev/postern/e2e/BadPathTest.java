package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.FrozenLink;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transfers over paths that lose packets, and that reset connections again and again. */
@Timeout(180)
class BadPathTest {
  private static final long BYTES = 200_000_000;
  private static final long BETWEEN_RESETS = 25_000_000;
  private static final long SLOW_BYTES_PER_SECOND = 1_000_000;

  /** Two legs, two directions, a quarter of a second each. */
  private static final long WAIT_BYTES_MAX = SLOW_BYTES_PER_SECOND;

  @TempDir Path temporary;

  /** Agent and client reach the server by the same path, so both legs break at once. */
  @Test
  void transferGoesOnByteForByteOverResets() throws Exception {
    int front = FrontProxy.freePort();
    try (RunningServer server =
            new RunningServer(
                temporary.resolve("server"), "--public-url", "https://localhost:" + front);
        FrozenLink link = new FrozenLink(front, server.listeningPort());
        RunningAgent agent = RunningAgent.enrol(server, temporary.resolve("agent"));
        NumberedBytes service = new NumberedBytes(BYTES);
        PosternForward forward =
            PosternForward.start(new OneNode(server, agent, temporary), "0:" + service.port());
        Socket connection = new Socket(InetAddress.getLoopbackAddress(), forward.port())) {
      AtomicLong next = new AtomicLong(BETWEEN_RESETS);
      service.expect(
          connection,
          done -> {
            if (done >= next.get()) {
              next.addAndGet(BETWEEN_RESETS);
              link.reset();
            }
          });

      assertThat(next).hasValue(BYTES + BETWEEN_RESETS);
      var _ = forward.err().expect("connected again");
    }
  }

  /**
   * A key goes through two legs each way, which carry bulk both ways meanwhile: what passes in all
   * four until its echo is what it waited for. Bytes, not seconds, so that a busy machine tells the
   * same as an idle one.
   */
  @Test
  void keyOnASlowPathDoesNotWaitForBulkOfItsOwnSession() throws Exception {
    int front = FrontProxy.freePort();
    try (RunningServer server =
            new RunningServer(
                temporary.resolve("server"), "--public-url", "https://localhost:" + front);
        FrozenLink link = new FrozenLink(front, server.listeningPort());
        RunningAgent agent = RunningAgent.enrol(server, temporary.resolve("agent"));
        EchoServer service = new EchoServer();
        PosternForward forward =
            PosternForward.start(new OneNode(server, agent, temporary), "0:" + service.port())) {
      int port = forward.port();
      link.limit(SLOW_BYTES_PER_SECOND);
      List<Long> waits = waitsBesideBulk(port, port, link);

      Collections.sort(waits);
      assertThat(waits.get(waits.size() / 2)).as("%s", waits).isLessThan(WAIT_BYTES_MAX);
    }
  }

  /**
   * Two clients of one node: all that its path has for either of them waits in one row, so what
   * passes until the echo comes is what was before the key, and before the echo.
   */
  @Test
  void keyOnANodesSlowPathDoesNotWaitForBulkOfAnotherSession() throws Exception {
    try (RunningServer server = new RunningServer(temporary.resolve("server"));
        FrozenLink link = FrozenLink.narrow(server.listeningPort(), SLOW_BYTES_PER_SECOND);
        RunningAgent agent =
            RunningAgent.enrolAt(
                URI.create("https://localhost:" + link.port()),
                server,
                temporary.resolve("agent"));
        EchoServer service = new EchoServer()) {
      OneNode node = new OneNode(server, agent, temporary);
      try (PosternForward keys = PosternForward.start(node, "0:" + service.port());
          PosternForward bulk = PosternForward.start(node, "0:" + service.port())) {
        List<Long> waits = waitsBesideBulk(keys.port(), bulk.port(), link);

        Collections.sort(waits);
        assertThat(waits.get(waits.size() / 2)).as("%s", waits).isLessThan(WAIT_BYTES_MAX);
      }
    }
  }

  private static List<Long> waitsBesideBulk(int keysPort, int bulkPort, FrozenLink link)
      throws IOException {
    try (Socket keys = PortForward.connect(keysPort);
        Socket bulk = PortForward.connect(bulkPort)) {
      keys.setTcpNoDelay(true);
      long _ = waitForKey(keys, link);
      Thread _ = Thread.ofVirtual().start(() -> sendUntilClosed(bulk));
      bulk.getInputStream().skipNBytes(2 * SLOW_BYTES_PER_SECOND);
      Thread _ = Thread.ofVirtual().start(() -> readUntilClosed(bulk));
      List<Long> waits = new ArrayList<>();
      while (waits.size() < 9) {
        waits.add(waitForKey(keys, link));
      }
      return waits;
    }
  }

  private static long waitForKey(Socket keys, FrozenLink link) throws IOException {
    long before = link.passed();
    keys.getOutputStream().write('k');
    assertThat(keys.getInputStream().read()).isEqualTo('k');
    return link.passed() - before;
  }

  private static void sendUntilClosed(Socket bulk) {
    byte[] block = new byte[1 << 16];
    try {
      while (true) {
        bulk.getOutputStream().write(block);
      }
    } catch (IOException closed) {
      // by the test, when it has seen enough
    }
  }

  private static void readUntilClosed(Socket bulk) {
    try {
      long _ = bulk.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException closed) {
      // as above
    }
  }

  /** Everything runs in a network namespace whose loopback loses a tenth. */
  @Test
  void transferAndShellAreWholeWhereATenthOfThePacketsIsLost() {
    Finished story =
        RunningServer.base()
            .run(
                List.of(
                    "unshare",
                    "--net",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    LossyLoopback.class.getName(),
                    temporary.toString()));

    assertThat(story.orFail().out()).contains(LossyLoopback.EQUAL);
  }
}
