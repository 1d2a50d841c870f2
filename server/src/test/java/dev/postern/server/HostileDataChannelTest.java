package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.server.listener.JdkWebSocket;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who wants to read or type in another's session (docs/threat-model.md). Each attack is made on a
 * session that runs, and the session goes on.
 */
@Timeout(120)
class HostileDataChannelTest {
  private static final int POLICY_VIOLATION = 1008;
  private static final int FORBIDDEN = 403;

  @TempDir Path directory;
  private PosternFixture server;
  private PosternFixture.Node node;
  private PosternFixture.Node hostile;
  private JdkWebSocket control;
  private PosternFixture.Started session;
  private HttpRequest agentUpgrade;
  private String agentToken;
  private JdkWebSocket agent;
  private JdkWebSocket client;

  @BeforeEach
  void start() throws Exception {
    server = new PosternFixture(directory);
    node = server.enrol();
    hostile = server.enrol();
    control = server.connect(node);
    session = server.startSession(node);
    agentUpgrade = server.signedDataUpgrade(node, session.id());
    agentToken = server.agentToken(node, session.id());
    agent = server.open(agentUpgrade, agentToken);
    client = server.open(server.dataUpgrade(session.id()), session.token());
    client.send(message(Side.CLIENT, 0, "before"));
    assertThat(text(agent.receive())).isEqualTo("before");
  }

  @AfterEach
  void stop() {
    client.close();
    agent.close();
    control.close();
    server.close();
  }

  @Test
  void foreignTokenOpensNoSession() throws Exception {
    PosternFixture.Started another = server.startSession(node);

    assertShutOut(server.dataUpgrade(session.id()), another.token());
    assertShutOut(server.dataUpgrade(session.id()), "made up");
    assertShutOut(server.dataUpgrade(session.id()), server.agentToken(node, session.id()));
    assertSessionGoesOn();
  }

  @Test
  void foreignSessionIdIsOfNoUse() throws Exception {
    PosternFixture.Started another = server.startSession(node);

    assertShutOut(server.dataUpgrade("admin-0123456789abcdef0"), another.token());
    assertSessionGoesOn();
  }

  @Test
  void replayedTokenOpensNothing() throws Exception {
    assertShutOut(server.dataUpgrade(session.id()), session.token());
    assertSessionGoesOn();
  }

  @Test
  void expiredTokenOpensNothing() throws Exception {
    PosternFixture.Started late = server.startSession(node);
    server.advance(Duration.ofSeconds(301));

    assertShutOut(server.dataUpgrade(late.id()), late.token());
    assertSessionGoesOn();
  }

  @Test
  void replayedUpgradeOfTheAgentOpensNothing() throws Exception {
    assertShutOut(agentUpgrade, agentToken);
    assertSessionGoesOn();
  }

  @Test
  void expiredSignatureOfTheAgentIsRefused() throws Exception {
    server.advance(Duration.ofMinutes(16));

    assertThat(server.refusal(agentUpgrade)).isEqualTo(FORBIDDEN);
    assertSessionGoesOn();
  }

  @Test
  void signatureOverAnotherSessionIsRefused() throws Exception {
    PosternFixture.Started another = server.startSession(node);
    HttpRequest moved =
        PosternFixture.moved(
            server.signedDataUpgrade(node, another.id()), server.dataUpgrade(session.id()));

    assertThat(server.refusal(moved)).isEqualTo(FORBIDDEN);
    assertSessionGoesOn();
  }

  @Test
  void anotherNodeWithAStolenTokenIsNotTheAgent() throws Exception {
    String stolen = server.agentToken(node, session.id());

    assertShutOut(server.signedDataUpgrade(hostile, session.id()), stolen);
    assertSessionGoesOn();
  }

  @Test
  void agentsEndDoesNotOpenWithTheClientsToken() throws Exception {
    PosternFixture.Started another = server.startSession(node);

    assertShutOut(server.signedDataUpgrade(node, another.id()), another.token());
    assertSessionGoesOn();
  }

  @Test
  void whoAttachesWithoutAskingNeitherReadsNorTypes() throws Exception {
    try (JdkWebSocket silent = server.open(server.dataUpgrade(session.id()));
        JdkWebSocket early = server.open(server.dataUpgrade(session.id()))) {
      early.send(message(Side.CLIENT, 1, "rm -rf"));

      assertThat(early.closeCode()).isEqualTo(POLICY_VIOLATION);
      assertSessionGoesOn();
      assertThat(silent.receive(200)).isNull();
    }
  }

  private void assertShutOut(HttpRequest upgrade, String token) throws Exception {
    try (JdkWebSocket intruder = server.open(upgrade, token)) {
      assertThat(intruder.closeCode()).isEqualTo(POLICY_VIOLATION);
    }
  }

  /** Both ends are the ones of the beginning, and nothing came between. */
  private void assertSessionGoesOn() throws Exception {
    client.send(message(Side.CLIENT, 1, "after"));
    assertThat(text(agent.receive())).isEqualTo("after");
    agent.send(message(Side.AGENT, 0, "answer"));
    assertThat(text(client.receive())).isEqualTo("answer");
    assertThat(client.isOpen()).isTrue();
    assertThat(agent.isOpen()).isTrue();
  }

  private static byte[] message(Side side, long number, String text) {
    ByteBuffer encoded =
        AgentMessage.stream(
                side,
                number,
                1,
                UUID.randomUUID(),
                PayloadType.OUTPUT,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
            .encode();
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static String text(byte[] bytes) throws MalformedMessageException {
    return StandardCharsets.UTF_8
        .decode(AgentMessage.decode(ByteBuffer.wrap(bytes)).payload())
        .toString();
  }
}
