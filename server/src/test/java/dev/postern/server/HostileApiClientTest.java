package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who comes to the API with what is not theirs (docs/threat-model.md). */
@Timeout(120)
class HostileApiClientTest {
  @TempDir Path directory;
  private PosternFixture server;
  private PosternFixture.Node node;

  @BeforeEach
  void start() throws Exception {
    server = new PosternFixture(directory);
    node = server.enrol();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void replayedSignatureIsGoodForFifteenMinutesAndNoLonger() throws Exception {
    HttpRequest recorded =
        server.sign(
            server.json("AmazonSSM.DescribeActivations", Map.of()), server.administrator, "ssm");
    assertThat(server.send(recorded).statusCode()).isEqualTo(200);

    server.advance(Duration.ofMinutes(14));
    assertThat(server.send(recorded).statusCode()).isEqualTo(200);
    server.advance(Duration.ofMinutes(2));
    assertRefused(server.send(recorded), "InvalidSignatureException");
  }

  @Test
  void signatureIsOfOneOperationAndOneBody() throws Exception {
    HttpRequest harmless = server.json("AmazonSSM.GetConnectionStatus", target(node));
    HttpRequest signed = server.sign(harmless, server.administrator, "ssm");
    HttpRequest other = server.json("AmazonSSM.StartSession", target(node));
    HttpRequest otherBody =
        server.json("AmazonSSM.GetConnectionStatus", Map.of("Target", "mi-0123456789abcdef0"));

    HttpRequest otherOperation =
        new HttpRequest(
            other.method(),
            other.uri(),
            withTarget(signed, "AmazonSSM.StartSession"),
            other.body());

    assertRefused(server.send(otherOperation), "InvalidSignatureException");
    assertRefused(
        server.send(PosternFixture.moved(signed, otherBody)), "InvalidSignatureException");
    assertThat(server.send(signed).statusCode()).isEqualTo(200);
  }

  private static Map<String, List<String>> withTarget(HttpRequest signed, String target) {
    var headers = new HashMap<>(signed.headers());
    headers.put("x-amz-target", List.of(target));
    return headers;
  }

  @Test
  void tokenOfOtherCredentialsOpensNothing() throws Exception {
    PosternFixture.Node other = server.enrol();
    var mixed =
        new Credentials(
            node.credentials().accessKeyId(),
            node.credentials().secretAccessKey(),
            other.credentials().sessionToken());

    assertRefused(
        server.send(server.sign(ping(node), mixed, "ssm")), "UnrecognizedClientException");
  }

  @Test
  void nodeSpeaksForNoOther() throws Exception {
    PosternFixture.Node other = server.enrol();

    assertRefused(
        server.send(server.sign(ping(other), node.credentials(), "ssm")), "AccessDeniedException");
    HttpResponse<byte[]> channel =
        server.send(
            server.sign(
                server.channel("/v1/control-channel/" + other.id()),
                node.credentials(),
                "ssmmessages"));
    assertThat(channel.statusCode()).isEqualTo(403);
    assertThat(text(channel)).contains("<AccessDeniedException>").doesNotContain("TokenValue");
  }

  @Test
  void foreignSessionIsToldLikeOneThatDoesNotExist() throws Exception {
    PosternFixture.Node other = server.enrol();
    try (var _ = server.connect(node)) {
      PosternFixture.Started session = server.startSession(node);

      String foreign = text(dataChannel(other, session.id()));
      String absent = text(dataChannel(other, "admin-0123456789abcdef0"));

      assertThat(foreign).contains("<AccessDeniedException>").doesNotContain(session.token());
      assertThat(withoutRequestId(foreign)).isEqualTo(withoutRequestId(absent));
    }
  }

  private HttpResponse<byte[]> dataChannel(PosternFixture.Node as, String sessionId)
      throws Exception {
    return server.send(
        server.sign(
            server.channel("/v1/data-channel/" + sessionId), as.credentials(), "ssmmessages"));
  }

  private static String withoutRequestId(String answer) {
    return answer.replaceAll("(?i)<RequestId>[^<]*</RequestId>", "");
  }

  @Test
  void nodeNeitherStartsNorTakesUpNorEndsSessions() throws Exception {
    try (var _ = server.connect(node)) {
      PosternFixture.Started session = server.startSession(node);
      Map<String, Object> itsId = Map.of("SessionId", session.id());

      assertRefused(asNode("AmazonSSM.StartSession", target(node)), "AccessDeniedException");
      assertRefused(asNode("AmazonSSM.ResumeSession", itsId), "AccessDeniedException");
      assertRefused(asNode("AmazonSSM.TerminateSession", itsId), "AccessDeniedException");
      assertRefused(
          asNode("AmazonSSM.DescribeSessions", Map.of("State", "Active")), "AccessDeniedException");
    }
  }

  private HttpResponse<byte[]> asNode(String operation, Map<String, Object> members)
      throws Exception {
    return server.send(server.sign(server.json(operation, members), node.credentials(), "ssm"));
  }

  @Test
  void stolenKeyOfANodeIsOfNoUseWithoutItsFingerprint() throws Exception {
    HttpRequest signed =
        NodeSignature.sign(
            server.roleTokenRequest("11111111-2222-3333-4444-555555555555"),
            node.id(),
            node.keys().getPrivate(),
            "us-east-1",
            server.now());

    assertRefused(server.send(signed), "MachineFingerprintDoesNotMatch");
  }

  @Test
  void channelTokenIsNoCredential() throws Exception {
    var forged = new Credentials(node.credentials().accessKeyId(), server.controlToken(node), null);

    HttpResponse<byte[]> answer = server.send(server.sign(ping(node), forged, "ssm"));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(text(answer)).contains("Exception");
  }

  private static Map<String, Object> target(PosternFixture.Node node) {
    return Map.of("Target", node.id());
  }

  private HttpRequest ping(PosternFixture.Node about) {
    return server.json(
        "AmazonSSM.UpdateInstanceInformation",
        Map.of("InstanceId", about.id(), "AgentStatus", "Active", "AgentVersion", "3.3.0.0"));
  }

  private static void assertRefused(HttpResponse<byte[]> answer, String code) {
    assertThat(text(answer)).contains("\"__type\":\"" + code + "\"");
    assertThat(answer.statusCode()).isEqualTo(400);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
