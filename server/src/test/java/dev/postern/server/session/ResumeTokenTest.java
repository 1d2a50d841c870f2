package dev.postern.server.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.postern.server.peer.Peer;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.ResumeToken;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a client of ours comes back without a call (docs/protocol/extensions.md). */
class ResumeTokenTest extends GatewayScene {
  private static final int POLICY_VIOLATION = 1008;
  private static final long A_WHILE_MILLIS = 300;

  private SessionId id;

  @BeforeEach
  void startSession() throws Exception {
    id = server.startSession();
  }

  private String first() {
    return server.token(Tokens.Kind.CLIENT_DATA_CHANNEL, id.value());
  }

  private Peer client(String token) throws Exception {
    Peer client = Peer.open(server.listener(), "/client/" + id);
    client.sendText(
        OpenDataChannel.fromClient("r", token, "c", "1.2.0.0", List.of(Extension.RESUME_TOKEN))
            .toJson());
    return client;
  }

  private static String token(Peer client) throws Exception {
    AgentMessage message = client.receive();
    assertEquals(MessageType.RESUME_TOKEN, message.messageType());
    return ResumeToken.parse(message.payload()).tokenValue();
  }

  private String tokenOf(String opening) throws Exception {
    try (Peer client = client(opening)) {
      return token(client);
    }
  }

  private void assertRefused(String token) throws Exception {
    try (Peer client = client(token)) {
      assertEquals(POLICY_VIOLATION, client.closeCode());
    }
  }

  @Test
  void clientThatDoesNotAskGetsNone() throws Exception {
    try (Peer client = server.client(id)) {
      assertNull(client.receive(A_WHILE_MILLIS));
    }
  }

  @Test
  void tokenOpensTheChannelAgainAndGivesWayToANewOneWhenThatIsUsed() throws Exception {
    String one = tokenOf(first());
    String two = tokenOf(one);
    assertNotEquals(one, two);

    // The answer with the second may have been lost with the connection.
    String three = tokenOf(one);
    assertRefused(two);
    String four = tokenOf(three);

    assertRefused(one);
    assertNotEquals(three, four);
  }

  @Test
  void sessionGoesOnOverTheNewConnection() throws Exception {
    String token = tokenOf(first());
    try (Peer agent = server.agent(id);
        Peer client = client(token)) {
      String _ = token(client);
      AgentMessage sent = agent.stream(Side.AGENT, 0, "$ ");

      assertEquals("$ ", Peer.text(client.receiveStream()));
      assertEquals(
          sent.sequenceNumber(),
          Peer.acknowledged(agent.receive()).acknowledgedMessageSequenceNumber());
    }
  }

  @Test
  void tokenSurvivesARestartOfTheServer() throws Exception {
    String token = tokenOf(first());

    restart(timings -> {});

    assertNotEquals(token, tokenOf(token));
  }

  @Test
  void tokenOpensNoOtherSessionAndNoOtherChannel() throws Exception {
    String token = tokenOf(first());
    id = server.startSession();
    assertRefused(token);

    try (Peer agent = Peer.open(server.listener(), "/agent/" + id + "?node=" + TestGateway.NODE)) {
      agent.openData(token);
      assertEquals(POLICY_VIOLATION, agent.closeCode());
    }
  }

  @Test
  void tokenEndsWithTheRightOfTheSessionsOwner() throws Exception {
    String token = tokenOf(first());

    server.ownerStands = false;

    assertRefused(token);
  }

  @Test
  void tokenEndsWithTheSession() throws Exception {
    String token = tokenOf(first());
    boolean _ =
        server.store().sessions().update(id, Status.Terminated, Optional.empty(), Optional.empty());

    assertRefused(token);
  }

  @Test
  void callToResumeEndsIt() throws Exception {
    String token = tokenOf(first());

    String _ = server.store().tokens().issueInstead(id.value(), TestGateway.TOKEN_LIFETIME);

    assertRefused(token);
  }
}
