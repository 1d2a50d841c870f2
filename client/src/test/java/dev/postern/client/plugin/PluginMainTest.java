package dev.postern.client.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin as a process, with a server that plays relay and agent. */
@Timeout(180)
class PluginMainTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";

  private TestGateway gateway;

  @SuppressWarnings("NullAway.Init") // started by each test
  private PluginProcess plugin;

  @BeforeEach
  void startGateway() throws Exception {
    gateway = new TestGateway((operation, body) -> new TestGateway.Answer(200, "{}"));
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
  void messageWithAWrongDigestIsDropped() throws Exception {
    TestSocket agent = shell();
    ByteBuffer forged = TestSocket.stream(1, PayloadType.OUTPUT, "forged").encode();
    forged.put(forged.limit() - 1, (byte) '!');

    agent.send(forged);
    agent.sendStream(1, PayloadType.OUTPUT, "genuine");
    assertThat(agent.takeAcknowledged()).isZero();
    assertThat(agent.takeAcknowledged()).isEqualTo(1);

    agent.closeChannel("");
    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("prompt$ genuine");
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
  void unreachableServerIsReportedAndNotWaitedForForEver() throws Exception {
    gateway.upgrades(TestGateway.Upgrades.REFUSE);
    plugin = start(gateway.ticket(ID), PluginProcess.environment());

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).contains("Cannot perform start session: ", "503");
  }

  @Test
  void serverThatHangsUpInTheTlsHandshakeIsTriedAgain() throws Exception {
    try (ServerSocket starting = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      String url = "wss://127.0.0.1:" + starting.getLocalPort();
      plugin =
          start(
              gateway.ticket(ID).replace("ws://127.0.0.1:" + gateway.port(), url),
              PluginProcess.environment());
      for (int dial = 0; dial < 6; dial++) {
        starting.accept().close();
      }
    }

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).contains("Cannot perform start session: TLS with 127.0.0.1:");
  }

  @Test
  void keyThatFindsNoRoomDoesNotKeepTheProgramFromBeingEnded() throws Exception {
    TestSocket agent = shell();
    do {
      // One message each, so that there is no room for one more in the end.
      plugin.type("x");
    } while (agent.poll(1000) != null);

    plugin.kill("INT");
    plugin.kill("TERM");

    assertThat(plugin.awaitExit(Duration.ofSeconds(15))).isEqualTo(128 + 15);
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("TerminateSession");
  }

  @Test
  void sessionThatIsNotInterruptedNeedsNeitherCredentialsNorTheApi(@TempDir Path folder)
      throws Exception {
    Path asked = folder.resolve("asked");
    Path config =
        Files.writeString(
            folder.resolve("config"),
            "[default]\ncredential_process = sh -c 'touch " + asked + "; exec sleep 60'\n");
    Map<String, String> environment = new HashMap<>(PluginProcess.environment());
    environment.remove("AWS_ACCESS_KEY_ID");
    environment.put("AWS_CONFIG_FILE", config.toString());
    plugin =
        PluginProcess.start(
            PluginMain.class,
            environment,
            gateway.ticket(ID),
            "us-east-1",
            "StartSession",
            "",
            "{\"Target\":\"i-0abc\"}",
            "https://ssm.invalid");
    TestSocket agent = gateway.awaitSocket();
    agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    agent.acknowledge(agent.take());
    agent.closeChannel("");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(asked).doesNotExist();
  }

  @Test
  void nameThatWasNotFoundIsLookedUpAgainSoon(@TempDir Path folder) throws Exception {
    Path hosts = Files.writeString(folder.resolve("hosts"), "");
    Map<String, String> environment = new HashMap<>(PluginProcess.environment());
    environment.put("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts);
    plugin = start(gateway.ticket(ID).replace("127.0.0.1", "postern.test"), environment);
    // What Java says of its options as it starts.
    plugin.awaitError("JDK_JAVA_OPTIONS");
    assertThat(plugin.endsWithin(Duration.ofSeconds(1))).isFalse();

    Files.writeString(hosts, "127.0.0.1 postern.test\n");

    gateway.awaitSocket().sendStream(0, PayloadType.OUTPUT, "found");
    plugin.awaitOutput("found");
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
