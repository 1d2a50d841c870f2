package dev.postern.client.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin as a process, with a server that plays relay and agent. */
@Timeout(180)
class PluginMainTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";

  private final AtomicReference<TestGateway.Answer> resumeAnswer =
      new AtomicReference<>(
          new TestGateway.Answer(
              200,
              "{\"SessionId\":\"x\",\"TokenValue\":\"second-token\",\"StreamUrl\":\"ws://unused\"}"));
  private TestGateway gateway;

  @SuppressWarnings("NullAway.Init") // started by each test
  private PluginProcess plugin;

  @BeforeEach
  void startGateway() throws Exception {
    gateway =
        new TestGateway((operation, body) ->
            operation.equals("ResumeSession")
                ? resumeAnswer.get()
                : new TestGateway.Answer(200, "{}"));
  }

  @AfterEach
  void stop() throws Exception {
    if (plugin != null) {
      plugin.close();
    }
    gateway.close();
  }

  private TestSocket connect() throws Exception {
    plugin = start(gateway.ticket(ID), PluginProcess.environment());
    return gateway.awaitSocket();
  }

  private PluginProcess start(String response, Map<String, String> environment) throws Exception {
    return PluginProcess.start(
        PluginMain.class,
        environment,
        response,
        "us-east-1",
        "StartSession",
        "",
        "{\"Target\":\"i-0abc\"}",
        gateway.endpoint());
  }

  /** A shell whose first output has come and whose size has been told. */
  private TestSocket shell() throws Exception {
    TestSocket agent = connect();
    agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    AgentMessage size = agent.take();
    assertThat(size.payloadType()).isEqualTo(PayloadType.SIZE);
    agent.acknowledge(size);
    return agent;
  }

  private static String text(AgentMessage message) {
    return StandardCharsets.ISO_8859_1.decode(message.payload()).toString();
  }

  @Test
  void shellWithoutHandshakeStartsWithTheFirstOutput() throws Exception {
    TestSocket agent = connect();
    assertThat(agent.opening())
        .contains(
            "\"TokenValue\":\"first-token\"",
            "\"MessageSchemaVersion\":\"1.0\"",
            "\"ClientVersion\":\"1.2.700.0\"");
    assertThat(agent.poll(200)).isNull();

    agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");

    assertThat(agent.takeAcknowledged()).isZero();
    AgentMessage size = agent.take();
    assertThat(size.payloadType()).isEqualTo(PayloadType.SIZE);
    assertThat(text(size)).isEqualTo("{\"cols\":300,\"rows\":100}");
    plugin.awaitOutput("prompt$ ");
  }

  @Test
  void inputArrivesAndALoneLineFeedIsTheEnterKey() throws Exception {
    TestSocket agent = shell();

    plugin.type("\n");
    assertThat(text(agent.take())).isEqualTo("\r");
    plugin.type("ls\n");
    AgentMessage line = agent.take();
    assertThat(text(line)).isEqualTo("ls\n");
    assertThat(line.payloadType()).isEqualTo(PayloadType.OUTPUT);
    assertThat(line.sequenceNumber()).isEqualTo(2);
  }

  @Test
  void endOfPipedInputIsTheEndOfTyping() throws Exception {
    TestSocket agent = shell();
    plugin.type("exit 3");
    assertThat(text(agent.take())).isEqualTo("exit 3");
    plugin.endInput();

    assertThat(text(agent.take())).isEqualTo("\r\4");
    agent.sendStream(1, PayloadType.OUTPUT, "late");
    agent.closeChannel("");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("prompt$ late");
    assertThat(plugin.error())
        .isEqualTo(
            "\nStarting session with SessionId: "
                + ID
                + "\n\n\nExiting session with sessionId: "
                + ID
                + ".\n\n");
  }

  @Test
  void closingTextIsShown() throws Exception {
    TestSocket agent = shell();
    agent.closeChannel("----------ERROR-------");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).endsWith("\n\nSessionId: " + ID + " : ----------ERROR-------\n\n");
  }

  @Test
  void commandHasItsStreamsApartAndItsExitCode() throws Exception {
    TestSocket agent = connect();
    agent.sendStream(0, PayloadType.HANDSHAKE_REQUEST, request("NonInteractiveCommands", ""));
    AgentMessage response = agent.take();
    assertThat(response.payloadType()).isEqualTo(PayloadType.HANDSHAKE_RESPONSE);
    assertThat(text(response))
        .isEqualTo(
            "{\"ClientVersion\":\"1.2.700.0\",\"ProcessedClientActions\":[{\"ActionType\":\"SessionType\","
                + "\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"}],\"Errors\":null}");
    agent.acknowledge(response);
    agent.sendStream(
        1,
        PayloadType.HANDSHAKE_COMPLETE,
        "{\"HandshakeTimeToComplete\":1,\"CustomerMessage\":\"\"}");
    agent.sendStream(2, PayloadType.OUTPUT, "out\n");
    agent.sendStream(3, PayloadType.STD_ERR, "err\n");
    agent.sendStream(4, PayloadType.EXIT_CODE, "EXIT_CODE: 7");
    for (long sequence = 0; sequence < 5; sequence++) {
      assertThat(agent.takeAcknowledged()).isEqualTo(sequence);
    }
    agent.closeChannel("");

    assertThat(plugin.awaitExit()).isEqualTo(7);
    assertThat(plugin.output()).isEqualTo("out\n");
    assertThat(plugin.error()).contains("err\n");
  }

  @Test
  void exitCodeCountsWithoutAnyClosing() throws Exception {
    TestSocket agent = connect();
    agent.sendStream(0, PayloadType.HANDSHAKE_REQUEST, request("NonInteractiveCommands", ""));
    agent.acknowledge(agent.take());
    agent.sendStream(
        1,
        PayloadType.HANDSHAKE_COMPLETE,
        "{\"HandshakeTimeToComplete\":1,\"CustomerMessage\":\"\"}");
    agent.sendStream(2, PayloadType.EXIT_CODE, "EXIT_CODE: 42");

    assertThat(plugin.awaitExit()).isEqualTo(42);
  }

  @Test
  void interruptReachesTheCommandAndTheThirdEndsTheSession() throws Exception {
    TestSocket agent = connect();
    agent.sendStream(0, PayloadType.HANDSHAKE_REQUEST, request("NonInteractiveCommands", ""));
    agent.acknowledge(agent.take());
    agent.sendStream(
        1,
        PayloadType.HANDSHAKE_COMPLETE,
        "{\"HandshakeTimeToComplete\":1,\"CustomerMessage\":\"\"}");
    agent.sendStream(2, PayloadType.OUTPUT, "running");
    plugin.awaitOutput("running");

    for (int i = 0; i < 2; i++) {
      plugin.kill("INT");
      AgentMessage interrupt = agent.take();
      assertThat(text(interrupt)).isEqualTo("\3");
      agent.acknowledge(interrupt);
    }
    plugin.kill("INT");

    assertThat(plugin.awaitExit()).isEqualTo(130);
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("TerminateSession");
  }

  @Test
  void secondHandshakeRequestIsNotAnswered() throws Exception {
    TestSocket agent = connect();
    agent.sendStream(0, PayloadType.HANDSHAKE_REQUEST, request("NonInteractiveCommands", ""));
    agent.acknowledge(agent.take());
    assertThat(agent.takeAcknowledged()).isZero();
    agent.sendStream(0, PayloadType.HANDSHAKE_REQUEST, request("NonInteractiveCommands", ""));
    assertThat(agent.takeAcknowledged()).isZero();
    agent.sendStream(1, PayloadType.HANDSHAKE_REQUEST, request("NonInteractiveCommands", ""));

    assertThat(agent.takeAcknowledged()).isEqualTo(1);
    assertThat(agent.poll(300)).isNull();
  }

  @Test
  void unknownActionIsUnsupportedAndEncryptionFails() throws Exception {
    TestSocket agent = connect();
    agent.sendStream(
        0,
        PayloadType.HANDSHAKE_REQUEST,
        request(
            "Standard_Stream",
            ",{\"ActionType\":\"KMSEncryption\",\"ActionParameters\":{\"KMSKeyId\":\"k\"}},"
                + "{\"ActionType\":\"Dance\",\"ActionParameters\":{}}"));

    assertThat(text(agent.take()))
        .contains(
            "{\"ActionType\":\"KMSEncryption\",\"ActionStatus\":2,\"ActionResult\":null,\"Error\":\"Failed to process"
                + " action KMSEncryption: this client does not support encrypted sessions\"}",
            "{\"ActionType\":\"Dance\",\"ActionStatus\":3");
    agent.closeChannel("");
    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error())
        .contains("Cannot perform start session: this client does not support encrypted sessions");
  }

  @Test
  void wrongDigestIsDroppedAndDuplicateIsAcknowledgedAgain() throws Exception {
    TestSocket agent = shell();
    ByteBuffer forged = TestSocket.stream(1, PayloadType.OUTPUT, "forged").encode();
    forged.put(forged.limit() - 1, (byte) '!');

    agent.send(forged);
    agent.sendStream(1, PayloadType.OUTPUT, "genuine");
    assertThat(agent.takeAcknowledged()).isZero();
    assertThat(agent.takeAcknowledged()).isEqualTo(1);

    agent.sendStream(1, PayloadType.OUTPUT, "genuine");
    assertThat(agent.takeAcknowledged()).isEqualTo(1);
    agent.closeChannel("");
    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("prompt$ genuine");
  }

  @Test
  void lostConnectionIsResumedWithNothingLostOrRepeated() throws Exception {
    TestSocket first = shell();
    first.cut();
    plugin.type("typed while away");

    TestSocket second = gateway.awaitSocket();
    assertThat(second.opening()).contains("\"TokenValue\":\"second-token\"");
    assertThat(clientId(second)).isEqualTo(clientId(first));
    AgentMessage typed = second.take();
    assertThat(text(typed)).isEqualTo("typed while away");
    assertThat(typed.sequenceNumber()).isEqualTo(1);
    second.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    second.sendStream(1, PayloadType.OUTPUT, "more");
    second.closeChannel("");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("prompt$ more");
    TestGateway.Call resume = gateway.calls().getFirst();
    assertThat(resume.operation()).isEqualTo("ResumeSession");
    assertThat(resume.body()).isEqualTo("{\"SessionId\":\"" + ID + "\"}");
    assertThat(resume.headers().get("authorization"))
        .contains("Credential=AKIDEXAMPLE/", "/us-east-1/ssm/aws4_request");
  }

  private static String clientId(TestSocket socket) {
    return socket.opening().replaceAll(".*\"ClientId\":\"([^\"]*)\".*", "$1");
  }

  @Test
  void resumeWithoutTokenIsATimedOutSession() throws Exception {
    resumeAnswer.set(new TestGateway.Answer(200, "{\"SessionId\":\"x\"}"));

    shell().cut();

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).endsWith("Session: " + ID + " timed out.\n");
  }

  @Test
  void refusedResumeEndsWithItsReason() throws Exception {
    resumeAnswer.set(
        new TestGateway.Answer(
            400, "{\"__type\":\"AccessDeniedException\",\"message\":\"not yours\"}"));

    shell().cut();

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error())
        .endsWith("Cannot perform start session: AccessDeniedException: not yours\n");
  }

  @Test
  void terminationSignalTerminatesTheSession() throws Exception {
    shell();

    plugin.kill("TERM");

    assertThat(plugin.awaitExit()).isEqualTo(143);
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("TerminateSession");
  }

  @Test
  void responseComesByEnvironmentToo() throws Exception {
    Map<String, String> environment = new HashMap<>(PluginProcess.environment());
    environment.put("AWS_SSM_START_SESSION_RESPONSE", gateway.ticket(ID));
    plugin = start("AWS_SSM_START_SESSION_RESPONSE", environment);

    TestSocket agent = gateway.awaitSocket();
    agent.sendControl(MessageType.START_PUBLICATION, "{}");
    agent.sendStream(0, PayloadType.OUTPUT, "hello");
    agent.closeChannel("");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("hello");
  }

  @Test
  void unreachableServerIsReportedAndNotWaitedForForEver() throws Exception {
    gateway.refuseSockets(true);
    plugin = start(gateway.ticket(ID), PluginProcess.environment());

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).contains("Cannot perform start session: ", "503");
  }

  @Test
  void versionIsABareNumber() throws Exception {
    plugin = PluginProcess.start(PluginMain.class, Map.of(), "--version");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("1.2.700.0\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "no json", "{\"Target\":7}"})
  void parametersWithoutTargetCrashAsTheOfficialPluginDoes(String parameters) throws Exception {
    plugin =
        PluginProcess.start(
            PluginMain.class,
            Map.of(),
            gateway.ticket(ID),
            "us-east-1",
            "StartSession",
            "",
            parameters,
            gateway.endpoint());

    assertThat(plugin.awaitExit()).isEqualTo(2);
  }

  private static String request(String sessionType, String more) {
    return "{\"AgentVersion\":\"3.3.1142.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\","
        + "\"ActionParameters\":{\"SessionType\":\""
        + sessionType
        + "\",\"Properties\":null}}"
        + more
        + "]}";
  }
}
