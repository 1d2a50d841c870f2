package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.message.Side;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may attach, and what becomes of what comes early. */
@Timeout(60)
class DataChannelTest {
  @TempDir private Path directory;
  private TestGateway server;
  private Peer control;

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

  @Test
  void ownerWithoutTheRightCannotComeBack() throws Exception {
    SessionId id = server.startSession();
    server.client(id).close();
    server.ownerStands = false;

    try (Peer again = server.client(id)) {
      assertEquals(1008, again.closeCode());
    }
  }

  @Test
  void anotherNodeCannotOpenTheAgentsEnd() throws Exception {
    SessionId id = server.startSession();
    try (Peer liar = Peer.open(server.listener(), "/agent/" + id + "?node=mi-fedcba9876543210f")) {
      liar.openData(server.token(Tokens.Kind.AGENT_DATA_CHANNEL, id.value()));

      assertEquals(1008, liar.closeCode());
    }
  }

  @Test
  void binaryBeforeTheTokenIsRefused() throws Exception {
    SessionId id = server.startSession();
    try (Peer liar = Peer.open(server.listener(), "/client/" + id)) {
      liar.stream(CLIENT, 0, "too early");

      assertEquals(1008, liar.closeCode());
    }
  }

  @Test
  void firstTextAndWhatFollowsAtOnceAreKeptInOrder() throws Exception {
    SessionId id = server.startSession();
    try (Peer agent = server.agent(id)) {
      agent.state(AgentSessionState.CONNECTED);
      for (int i = 0; i < 50; i++) {
        agent.stream(AGENT, i, "line " + i);
      }
      try (Peer client = server.client(id)) {
        for (int i = 0; i < 50; i++) {
          assertEquals("line " + i, Peer.text(client.receiveStream()));
        }
      }
    }
  }

  @Test
  void eitherSideMayComeFirst() throws Exception {
    for (Side first : Side.values()) {
      SessionId id = server.startSession();
      try (Peer one = server.side(first, id);
          Peer two = server.side(first.peer(), id)) {
        server.awaitStatus(id, Status.Connected);
        one.stream(first, 0, "hello");
        assertEquals("hello", Peer.text(two.receive()));
      }
    }
  }
}
