package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.FrozenLink;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
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
