package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.server.listener.JdkWebSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who wants to be a node that they are not (docs/threat-model.md). Whoever holds a node's control
 * channel is sent the commands of its sessions.
 */
@Timeout(120)
class HostileControlChannelTest {
  private static final int POLICY_VIOLATION = 1008;
  private static final int FORBIDDEN = 403;

  @TempDir Path directory;
  private PosternFixture server;
  private PosternFixture.Node node;
  private PosternFixture.Node hostile;

  @BeforeEach
  void start() throws Exception {
    server = new PosternFixture(directory);
    node = server.enrol();
    hostile = server.enrol();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void nobodyComesInUnsigned() throws Exception {
    assertThat(server.refusal(server.controlUpgrade(node.id()))).isEqualTo(FORBIDDEN);
  }

  @Test
  void foreignInstanceIdIsRefused() throws Exception {
    HttpRequest asAnother =
        server.sign(server.controlUpgrade(node.id()), hostile.credentials(), "ssmmessages");
    HttpRequest asAdministrator =
        server.sign(server.controlUpgrade(node.id()), server.administrator, "ssmmessages");

    assertThat(server.refusal(asAnother)).isBetween(400, FORBIDDEN);
    assertThat(server.refusal(asAdministrator)).isBetween(400, FORBIDDEN);
    assertThat(server.isConnected(node)).isFalse();
  }

  @Test
  void signatureOverAnotherPathIsRefused() throws Exception {
    HttpRequest own = server.signedControlUpgrade(hostile);

    assertThat(server.refusal(PosternFixture.moved(own, server.controlUpgrade(node.id()))))
        .isEqualTo(FORBIDDEN);
    assertThat(server.isConnected(node)).isFalse();
  }

  @Test
  void expiredSignatureIsRefused() throws Exception {
    HttpRequest recorded = server.signedControlUpgrade(node);
    String token = server.controlToken(node);
    try (JdkWebSocket first = server.open(recorded, token)) {
      awaitConnected(node);
      server.advance(Duration.ofMinutes(16));

      assertThat(server.refusal(recorded)).isEqualTo(FORBIDDEN);
      assertThat(first.isOpen()).isTrue();
    }
  }

  @Test
  void replayedUpgradeOpensNothingAndThrowsNobodyOut() throws Exception {
    HttpRequest recorded = server.signedControlUpgrade(node);
    String token = server.controlToken(node);
    try (JdkWebSocket first = server.open(recorded, token)) {
      awaitConnected(node);

      try (JdkWebSocket replay = server.open(recorded, token)) {
        assertThat(replay.closeCode()).isEqualTo(POLICY_VIOLATION);
      }

      server.startSession(node);
      assertThat(first.receive()).isNotEmpty();
      assertThat(first.isOpen()).isTrue();
    }
  }

  @Test
  void foreignTokenOpensNothing() throws Exception {
    String foreign = server.controlToken(node);
    try (JdkWebSocket socket = server.open(server.signedControlUpgrade(hostile), foreign)) {
      assertThat(socket.closeCode()).isEqualTo(POLICY_VIOLATION);
    }
    assertThat(server.isConnected(node)).isFalse();
    assertThat(server.isConnected(hostile)).isFalse();
  }

  @Test
  void tokenOfAnotherDoorOpensNothing() throws Exception {
    try (JdkWebSocket _ = server.connect(node)) {
      PosternFixture.Started session = server.startSession(node);
      for (String token : new String[] {session.token(), server.agentToken(node, session.id())}) {
        try (JdkWebSocket socket = server.open(server.signedControlUpgrade(node), token)) {
          assertThat(socket.closeCode()).isEqualTo(POLICY_VIOLATION);
        }
      }
    }
  }

  @Test
  void expiredTokenOpensNothing() throws Exception {
    String token = server.controlToken(node);
    server.advance(Duration.ofSeconds(61));

    try (JdkWebSocket socket = server.open(server.signedControlUpgrade(node), token)) {
      assertThat(socket.closeCode()).isEqualTo(POLICY_VIOLATION);
    }
    assertThat(server.isConnected(node)).isFalse();
  }

  @Test
  void whoAttachesWithoutAskingIsSentNothing() throws Exception {
    try (JdkWebSocket agent = server.connect(node);
        JdkWebSocket silent = server.open(server.signedControlUpgrade(node));
        JdkWebSocket early = server.open(server.signedControlUpgrade(node))) {
      early.send(new byte[200]);

      assertThat(early.closeCode()).isEqualTo(POLICY_VIOLATION);
      server.startSession(node);
      assertThat(agent.receive()).isNotEmpty();
      assertThat(silent.receive(200)).isNull();
    }
  }

  private void awaitConnected(PosternFixture.Node which) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> server.isConnected(which));
  }
}
