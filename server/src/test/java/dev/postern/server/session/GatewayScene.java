package dev.postern.server.session;

import dev.postern.server.PosternFixture;
import dev.postern.server.peer.OfficialPlugin;
import dev.postern.server.peer.Peer;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with one node connected, and what tests of it share. */
@Timeout(60)
abstract class GatewayScene {
  static final Duration SOON = Duration.ofSeconds(15);

  @TempDir Path directory;
  TestGateway server;
  Peer control;

  @BeforeEach
  void start() throws Exception {
    server = new TestGateway(directory, TestGateway.OPTIONS);
    control = server.control();
  }

  @AfterEach
  void stop() {
    control.close();
    server.close();
  }

  Pair pair() throws Exception {
    return Pair.start(server, control);
  }

  /** A whole server, where a point is about what comes before the WebSocket. */
  PosternFixture front() throws Exception {
    return new PosternFixture(directory.resolve("front"));
  }

  void restart(Consumer<Timings> change) throws Exception {
    control.close();
    server.close();
    server = new TestGateway(directory, Timings.of(change));
    control = server.control();
  }

  static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  OfficialPlugin plugin(SessionId id) throws Exception {
    return new OfficialPlugin(
        Peer.open(server.listener(), "/client/" + id),
        server.token(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value()));
  }
}
