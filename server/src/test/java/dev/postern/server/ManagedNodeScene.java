package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.server.peer.OfficialPlugin;
import dev.postern.server.peer.Peer;
import dev.postern.wire.message.MessageType;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server, and for each test a node of its own with an open control channel. */
@Timeout(120)
abstract class ManagedNodeScene {
  static final String PING = "AmazonSSM.UpdateInstanceInformation";

  @TempDir private static Path directory;
  static PosternFixture server;

  PosternFixture.Node node;
  Peer control;

  @BeforeAll
  static void startServer() throws Exception {
    server = new PosternFixture(directory);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void enrol() throws Exception {
    node = server.enrol();
    control = new Peer(server.connect(node));
  }

  @AfterEach
  void leave() {
    control.close();
  }

  /** A session whose task reached the node. */
  PosternFixture.Started startSession() throws Exception {
    PosternFixture.Started session = server.startSession(node);
    assertThat(control.receive().messageType()).isEqualTo(MessageType.INTERACTIVE_SHELL);
    return session;
  }

  Map<String, Object> nodeCall(String target, Map<String, Object> members, String service)
      throws Exception {
    return server.answer(server.sign(server.json(target, members), node.credentials(), service));
  }

  static void assertRefused(HttpRequest request, String code) throws Exception {
    HttpResponse<byte[]> answer = server.send(request);
    assertThat(answer.statusCode()).isBetween(400, 403);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains(code);
  }

  HttpRequest roleToken(String instanceId, KeyPair keys, Instant time) {
    return NodeSignature.sign(
        server.roleTokenRequest(node.fingerprint()),
        instanceId,
        keys.getPrivate(),
        "us-east-1",
        time);
  }

  static Map<String, Object> ping(String instanceId) {
    return Map.of(
        "AgentName", "amazon-ssm-agent",
        "AgentVersion", "3.3.1142.0",
        "InstanceId", instanceId,
        "PlatformType", "Linux");
  }

  static OfficialPlugin plugin(PosternFixture.Started session) throws Exception {
    return new OfficialPlugin(
        new Peer(server.open(server.dataUpgrade(session.id()))), session.token());
  }
}
