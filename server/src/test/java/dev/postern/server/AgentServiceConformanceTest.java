package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.json.Json;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.xml.XmlElement;
import dev.postern.server.listener.JdkWebSocket;
import dev.postern.server.peer.OfficialAgent;
import dev.postern.server.peer.OfficialPlugin;
import dev.postern.server.peer.Peer;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.AgentTaskAcknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.Side;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * What a service must do that hosts the official agent: checklist A of spec/agent-service.md, point
 * by point, through the doors that the agent uses. Points without a test here are not offered yet,
 * see docs/compatibility.md.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("the clock of its server, so that its tests are not beside each other")
class AgentServiceConformanceTest extends ManagedNodeScene {
  private static final Duration IDLE = Duration.ofMinutes(20);

  @Test
  void p01CertificateIsValidForEveryNameAndUpgradesAreHttp11() throws Exception {
    int port = server.controlUpgrade("x").uri().getPort();
    for (String host : List.of("localhost", "127.0.0.1")) {
      URI health = URI.create("https://" + host + ":" + port + "/healthz");

      HttpResponse<byte[]> answer =
          server.send(new HttpRequest("GET", health, Map.of(), new byte[0]));

      assertThat(answer.statusCode()).isEqualTo(200);
    }
    assertThat(control.isOpen()).as("the fixture's client speaks HTTP/1.1").isTrue();
  }

  @Test
  void p02OperationsAreFoundByTheirPrefix() throws Exception {
    assertThat(nodeCall("AmazonSSM.ListAssociations", Map.of(), "ssm"))
        .containsEntry("Associations", List.of());
    assertRefused(
        server.sign(
            server.json("EC2WindowsMessageDeliveryService.GetMessages", Map.of()),
            node.credentials(),
            "ec2messages"),
        "Destination must be");
  }

  @Test
  void p03MachineRegistersUnsignedWithItsActivation() {
    assertThat(node.id()).matches("mi-[0-9a-f]{17}");
  }

  @Test
  void p04RequestsSignedWithTheNodesKeyAreVerified() throws Exception {
    Instant now = server.now();
    HttpRequest good = roleToken(node.id(), node.keys(), now);
    HttpRequest otherBody = server.roleTokenRequest(UUID.randomUUID().toString());

    assertThat(server.answer(good)).containsKey("AccessKeyId");
    assertThat(good.headers().toString()).doesNotContain("content-length;");
    assertRefused(roleToken("mi-fedcba9876543210f", node.keys(), now), "Exception");
    assertRefused(roleToken(node.id(), node.keys(), now.minusSeconds(901)), "Signature");
    assertRefused(PosternFixture.moved(good, otherBody), "Signature");
    assertRefused(roleToken(node.id(), newKeys(), now), "Signature");
  }

  private static KeyPair newKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  @Test
  void p05RoleTokenHasItsFiveMembers() throws Exception {
    Instant now = server.now();

    Map<String, Object> token = server.answer(roleToken(node.id(), node.keys(), now));

    assertThat(token)
        .containsOnlyKeys(
            "AccessKeyId",
            "SecretAccessKey",
            "SessionToken",
            "TokenExpirationDate",
            "UpdateKeyPair")
        .containsEntry("UpdateKeyPair", false);
    assertThat((Long) token.get("TokenExpirationDate"))
        .isBetween(
            now.plusSeconds(15 * 60).getEpochSecond(), now.plusSeconds(3601).getEpochSecond());
  }

  @Test
  void p06CredentialsAreTheNodesForAllThreeServicesAndNeedTheirToken() throws Exception {
    Map<String, Object> poll = Map.of("Destination", "", "MessagesRequestId", "r");
    Credentials whole = node.credentials();
    Credentials bare = new Credentials(whole.accessKeyId(), whole.secretAccessKey(), null);

    assertThat(nodeCall(PING, ping(node.id()), "ssm")).isEmpty();
    assertThat(server.controlToken(node)).isNotEmpty();
    assertRefused(
        server.sign(
            server.json("EC2WindowsMessageDeliveryService.GetMessages", poll),
            whole,
            "ec2messages"),
        "Destination must be");
    assertRefused(
        server.sign(server.json(PING, ping("mi-fedcba9876543210f")), whole, "ssm"), "AccessDenied");
    assertRefused(
        server.sign(server.json(PING, ping(node.id())), bare, "ssm"), "UnrecognizedClient");
  }

  @Test
  void p07KeyIsReplacedAtOnceAndNoFurtherRotationIsAskedFor() throws Exception {
    KeyPair next = newKeys();
    HttpRequest rotation =
        server.json(
            "AmazonSSM.UpdateManagedInstancePublicKey",
            Map.of(
                "NewPublicKey", NodeSignature.encode(next.getPublic()), "NewPublicKeyType", "Rsa"));

    assertThat(
            server.answer(
                NodeSignature.sign(
                    rotation, node.id(), node.keys().getPrivate(), "us-east-1", server.now())))
        .isEmpty();

    assertRefused(roleToken(node.id(), node.keys(), server.now()), "Signature");
    assertThat(server.answer(roleToken(node.id(), next, server.now())))
        .containsEntry("UpdateKeyPair", false);
  }

  @Test
  void p08EmptyAndFullPingAreAnsweredWithNothing() throws Exception {
    var full = new LinkedHashMap<>(ping(node.id()));
    full.putAll(
        Map.of(
            "AgentStatus", "Active",
            "AvailabilityZone", "",
            "AvailabilityZoneId", "",
            "ComputerName", "host",
            "IPAddress", "192.0.2.2",
            "PlatformName", "Debian GNU/Linux",
            "PlatformVersion", "12",
            "SSMConnectionChannel", ""));

    assertThat(nodeCall(PING, ping(node.id()), "ssm")).isEmpty();
    assertThat(nodeCall(PING, full, "ssm")).isEmpty();
  }

  @Test
  void p09NoAssociationsAndNoUnknownOperations() throws Exception {
    assertThat(
            nodeCall(
                "AmazonSSM.ListInstanceAssociations",
                Map.of("InstanceId", node.id(), "MaxResults", 20),
                "ssm"))
        .isEqualTo(Map.of("Associations", List.of()));
    assertRefused(
        server.sign(server.json("AmazonSSM.GetManifest", Map.of()), node.credentials(), "ssm"),
        "UnknownOperationException");
  }

  @Test
  void p10PollIsAnsweredWithinFifteenSeconds() throws Exception {
    long before = System.nanoTime();

    Map<String, Object> answer =
        nodeCall(
            "EC2WindowsMessageDeliveryService.GetMessages",
            Map.of(
                "Destination", node.id(),
                "MessagesRequestId", UUID.randomUUID().toString(),
                "VisibilityTimeoutInSeconds", 10),
            "ec2messages");

    assertThat(answer).containsEntry("Messages", List.of());
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void p11ChannelsAreCreatedWith201AndXml() throws Exception {
    PosternFixture.Started session = startSession();
    for (String path :
        List.of("/v1/control-channel/" + node.id(), "/v1/data-channel/" + session.id())) {
      HttpResponse<byte[]> answer =
          server.send(server.sign(server.channel(path), node.credentials(), "ssmmessages"));

      assertThat(answer.statusCode()).isEqualTo(201);
      XmlElement root = XmlElement.parse(answer.body());
      assertThat(root.childText("MessageSchemaVersion")).isEqualTo("1.0");
      assertThat(root.childText("TokenValue")).isNotEmpty();
    }
  }

  @Test
  void p12ControlChannelNeedsSignatureAndTokenAndStaysOpen() throws Exception {
    String others = server.controlToken(server.enrol());
    assertThat(server.refusal(server.controlUpgrade(node.id()))).isEqualTo(403);
    try (JdkWebSocket liar = server.open(server.signedControlUpgrade(node), others)) {
      assertThat(liar.closeCode()).isEqualTo(1008);
    }

    control.send(telemetry(MessageType.AGENT_TELEMETRY, 142_000));
    control.ping("keepalive");

    assertThat(control.pong()).isEqualTo("keepalive");
    assertThat(control.isOpen()).isTrue();
  }

  private static AgentMessage telemetry(String type, int bytes) {
    return AgentMessage.onControlChannel(type, 1, UUID.randomUUID(), ByteBuffer.allocate(bytes));
  }

  @Test
  void p13NewestChannelGetsTheStartsAndItsLossEndsNoSession() throws Exception {
    PosternFixture.Started session = startSession();
    try (Peer agent = server.agent(node, session.id());
        Peer client = server.client(session)) {
      server.awaitStatus(session.id(), "Connected");
      try (Peer fresh = new Peer(server.connect(node))) {
        assertThat(control.closeCode()).isEqualTo(1006);
        server.startSession(node);
        assertThat(fresh.receive().messageType()).isEqualTo(MessageType.INTERACTIVE_SHELL);
      }
      Awaitility.await().until(() -> !server.isConnected(node));

      agent.stream(Side.AGENT, 0, "still here");

      assertThat(Peer.text(client.receiveStream())).isEqualTo("still here");
    }
  }

  @Test
  void p14MessagesAreEncodedExactly() throws Exception {
    server.startSession(node);

    ByteBuffer bytes = ByteBuffer.wrap(control.receiveBytes());

    assertThat(bytes.getInt(0)).isEqualTo(116);
    byte[] type = new byte[32];
    bytes.get(4, type);
    assertThat(new String(type, StandardCharsets.US_ASCII))
        .isEqualTo("%-32s".formatted("interactive_shell"));
    assertThat(bytes.get(64) & 0xc0).as("the variant is in the first half").isEqualTo(0x80);
    assertThat(bytes.get(78) & 0xf0).as("the version is in the second half").isEqualTo(0x40);
    assertThat(bytes.getInt(116)).isEqualTo(bytes.capacity() - 120);
    assertThat(AgentMessage.decodeAsClient(bytes).flags()).as("with its digest").isZero();
  }

  @Test
  void p15StartCarriesItsContentAsAString() throws Exception {
    PosternFixture.Started first = server.startSession(node);
    AgentMessage message = control.receive();
    String second = server.startSession(node).id();

    Map<String, Object> outer = Json.readObject(Peer.text(message));
    assertThat(outer.get("Content")).isInstanceOf(String.class);
    AgentTask task = AgentTask.parse(message.payload());
    assertThat(task.content().sessionId()).isEqualTo(first.id());
    assertThat(task.content().documentContent().schemaVersion()).isEqualTo("1.0");
    assertThat(task.content().documentContent().inputs().value("cloudWatchStreamingEnabled"))
        .isInstanceOf(Boolean.class);
    assertThat(List.of(first.id(), second)).allMatch(id -> id.matches("[A-Za-z0-9._-]{1,96}"));
    assertThat(first.id()).isNotEqualTo(second);
  }

  @Test
  void p16StartThatIsNotTakenUpFails() throws Exception {
    PosternFixture.Started session = startSession();
    try (Peer client = server.client(session)) {
      server.steady.advance(Duration.ofSeconds(31));

      assertThat(client.receiveClosed().output()).contains("did not open the session in time");
      assertThat(control.receiveClosed().sessionId()).isEqualTo(session.id());
      server.steady.advance(Duration.ofSeconds(10));
      server.awaitStatus(session.id(), "Failed");
      assertThat(String.valueOf(server.session(session.id()).get("Details"))).contains("in time");
    }
  }

  @Test
  void p17EveryReportIsAcknowledgedByItsId() throws Exception {
    AgentMessage unknown = control.taskComplete("nobody-knows-this", "Success", "");
    assertThat(taskAcknowledge().messageId()).isEqualTo(unknown.messageId().toString());
    control.send(unknown);
    assertThat(taskAcknowledge().messageId()).isEqualTo(unknown.messageId().toString());

    AgentMessage reply =
        AgentMessage.onControlChannel(
            MessageType.AGENT_JOB_REPLY,
            1,
            UUID.randomUUID(),
            ByteBuffer.wrap("{\"jobId\":\"aws.ssm.1.2\"}".getBytes(StandardCharsets.UTF_8)));
    control.send(reply);

    AgentMessage acknowledgement = control.receive();
    assertThat(acknowledgement.messageType()).isEqualTo(MessageType.AGENT_JOB_REPLY_ACK);
    assertThat(Json.readObject(Peer.text(acknowledgement)))
        .containsEntry("jobId", "aws.ssm.1.2")
        .containsEntry("acknowledgedMessageId", reply.messageId().toString());
  }

  private AgentTaskAcknowledge taskAcknowledge() throws Exception {
    AgentMessage message = control.receive();
    assertThat(message.messageType()).isEqualTo(MessageType.AGENT_TASK_ACKNOWLEDGE);
    return AgentTaskAcknowledge.parse(message.payload());
  }

  @Test
  void p18FirstOutcomeWinsAndWaitsForTheClient() throws Exception {
    PosternFixture.Started session = startSession();
    control.taskComplete(session.id(), "Failed", "no such user");
    control.taskComplete(session.id(), "Success", "");
    assertThat(taskAcknowledge().taskId()).isEqualTo(session.id());
    assertThat(taskAcknowledge().taskId()).isEqualTo(session.id());

    try (Peer client = server.client(session)) {
      assertThat(client.receiveClosed().output()).isEqualTo("no such user");
    }

    server.awaitStatus(session.id(), "Failed");
    assertThat(server.session(session.id()).get("Details")).isEqualTo("no such user");
    control.taskComplete(session.id(), "Success", "");
    assertThat(taskAcknowledge().taskId()).isEqualTo(session.id());
    assertThat(server.session(session.id()).get("Status")).isEqualTo("Failed");
  }

  @Test
  void p19TerminatedSessionIsToldToAllAndItsSocketsClosed() throws Exception {
    PosternFixture.Started session = startSession();
    try (Peer agent = server.agent(node, session.id());
        Peer client = server.client(session)) {
      server.awaitStatus(session.id(), "Connected");

      server.call("TerminateSession", Map.of("SessionId", session.id()));

      assertThat(client.receiveClosed().sessionId()).isEqualTo(session.id());
      assertThat(agent.receiveClosed().sessionId()).isEqualTo(session.id());
      assertThat(control.receiveClosed().sessionId()).isEqualTo(session.id());
      server.steady.advance(Duration.ofSeconds(10));
      assertThat(agent.closeCode()).isEqualTo(1000);
      assertThat(client.closeCode()).isEqualTo(1000);
      server.awaitStatus(session.id(), "Terminated");
    }
  }

  @Test
  void p20IdleSessionIsEndedByTheService() throws Exception {
    PosternFixture.Started session = startSession();
    try (Peer agent = server.agent(node, session.id());
        Peer client = server.client(session)) {
      server.awaitStatus(session.id(), "Connected");

      server.steady.advance(IDLE);

      assertThat(client.receiveClosed().output())
          .isEqualTo("Your session timed out due to inactivity.");
      assertThat(agent.receiveClosed().sessionId()).isEqualTo(session.id());
      server.steady.advance(Duration.ofSeconds(10));
      server.awaitStatus(session.id(), "Terminated");
      assertThat(server.session(session.id()).get("Details"))
          .isEqualTo("The session was idle for 20 minutes.");
    }
  }

  @Test
  void p23TelemetryIsTakenSilently() throws Exception {
    control.send(telemetry(MessageType.AGENT_TELEMETRY, 10));
    control.send(telemetry(MessageType.AGENT_UPDATE_RESULT, 10));

    assertThat(control.receive(200)).isNull();
    assertThat(control.isOpen()).isTrue();
  }

  @Test
  void p24DuplicateThatWasAcknowledgedIsAcknowledgedAgain() throws Exception {
    PosternFixture.Started session = startSession();
    try (OfficialAgent agent = new OfficialAgent(server.agent(node, session.id()));
        OfficialPlugin plugin = plugin(session)) {
      agent.writeAndKeepTooLate(new byte[] {'x'});
      agent.awaitDrained(Duration.ofSeconds(5));

      assertThat(agent.resends()).isPositive();
      assertThat(plugin.awaitDelivered(1, Duration.ZERO)).containsExactly('x');
    }
  }

  @Test
  void p25OutputWaitsForTheClient() throws Exception {
    PosternFixture.Started session = startSession();
    byte[] output = new byte[100 * 1024];
    new Random(1).nextBytes(output);
    try (OfficialAgent agent = new OfficialAgent(server.agent(node, session.id()))) {
      agent.write(output);
      try (OfficialPlugin plugin = plugin(session)) {
        assertThat(plugin.awaitDelivered(output.length, Duration.ofSeconds(20))).isEqualTo(output);
        agent.awaitDrained(Duration.ofSeconds(20));
      }
    }
  }

  @Test
  void p26NodeWithoutItsChannelIsNotConnectedWhateverItsPings() throws Exception {
    nodeCall(PING, ping(node.id()), "ssm");
    control.close();

    Awaitility.await().until(() -> !server.isConnected(node));

    assertRefused(
        server.sign(
            server.json("AmazonSSM.StartSession", Map.of("Target", node.id())),
            server.administrator,
            "ssm"),
        "TargetNotConnected");
  }

  @Test
  void p28SessionSurvivesARestartOfTheService() throws Exception {
    PosternFixture.Started session = startSession();
    try (Peer agent = server.agent(node, session.id());
        Peer client = server.client(session)) {
      agent.state(AgentSessionState.CONNECTED);
      agent.stream(Side.AGENT, 0, "before");
      assertThat(Peer.text(client.receiveStream())).isEqualTo("before");
      server.awaitStatus(session.id(), "Connected");
    }

    server.restart();

    server.awaitStatus(session.id(), "Disconnected");
    Map<String, Object> resumed = server.call("ResumeSession", Map.of("SessionId", session.id()));
    var again =
        new PosternFixture.Started(session.id(), PosternFixture.text(resumed, "TokenValue"));
    try (Peer _ = new Peer(server.connect(node));
        Peer agent = server.agent(node, session.id());
        Peer client = server.client(again)) {
      agent.stream(Side.AGENT, 1, "after");
      assertThat(Peer.text(client.receiveStream())).isEqualTo("after");
      server.awaitStatus(session.id(), "Connected");
    }
  }
}
