package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.FrozenLink;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client and node have paths of their own to the server, of which one is reset and one is not. */
@Timeout(120)
class OneLegResetTest {
  private static final long BYTES = 60_000_000;
  private static final long BETWEEN_RESETS = 20_000_000;

  enum Leg {
    OF_THE_CLIENT,
    OF_THE_NODE
  }

  @TempDir private static Path temporary;

  private static RunningServer server;
  private static FrozenLink ofTheClient;
  private static FrozenLink ofTheNode;
  private static RunningAgent agent;

  @BeforeAll
  static void start() throws Exception {
    int front = FrontProxy.freePort();
    server =
        new RunningServer(
            temporary.resolve("server"), "--public-url", "https://localhost:" + front);
    ofTheClient = new FrozenLink(front, server.listeningPort());
    ofTheNode = new FrozenLink(server.listeningPort());
    agent =
        RunningAgent.enrolAt(
            URI.create("https://localhost:" + ofTheNode.port()),
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
      if (ofTheNode != null) {
        ofTheNode.close();
      }
      if (ofTheClient != null) {
        ofTheClient.close();
      }
      if (server != null) {
        server.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void transferGoesOnByteForByteInBothDirections(Leg leg) throws Exception {
    try (DigestService service = new DigestService(BYTES);
        PosternForward forward =
            PosternForward.start(new OneNode(server, agent, temporary), "0:" + service.port());
        Socket connection = PortForward.connect(forward.port())) {
      FrozenLink link = leg == Leg.OF_THE_CLIENT ? ofTheClient : ofTheNode;
      AtomicLong next = new AtomicLong(BETWEEN_RESETS);
      service.expectBothWays(
          connection,
          done -> {
            if (done >= next.get()) {
              next.addAndGet(BETWEEN_RESETS);
              link.reset();
            }
          });

      assertThat(next).hasValue(2 * BYTES + BETWEEN_RESETS);
      assertThat(forward.err().all().contains("connected again"))
          .isEqualTo(leg == Leg.OF_THE_CLIENT);
    }
  }
}
