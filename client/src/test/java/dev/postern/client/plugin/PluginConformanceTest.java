package dev.postern.client.plugin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.json.Json;
import dev.postern.client.session.ScriptedAgent;
import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a plugin must do (spec/data-channel.md 14, points 35 to 50), shown by the plugin as a
 * process. A test's name begins with its point's number.
 */
@Timeout(180)
class PluginConformanceTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";

  private volatile String resumeAnswer =
      "{\"SessionId\":\"x\",\"TokenValue\":\"next-token\",\"StreamUrl\":\"ws://192.0.2.1/unused\"}";
  private TestGateway gateway;

  @SuppressWarnings("NullAway.Init") // started by each test
  private PluginProcess plugin;

  @SuppressWarnings("NullAway.Init") // started by the tests that need it
  private ScriptedAgent agent;

  @BeforeEach
  void startGateway() throws Exception {
    gateway =
        new TestGateway((operation, body) ->
            new TestGateway.Answer(200, operation.equals("ResumeSession") ? resumeAnswer : "{}"));
  }

  @AfterEach
  void stop() throws Exception {
    if (agent != null) {
      agent.close();
    }
    if (plugin != null) {
      plugin.close();
    }
    gateway.close();
  }

  private TestSocket connect() throws Exception {
    return connect(gateway.ticket(ID), PluginProcess.environment());
  }

  private TestSocket connect(String response, Map<String, String> environment) throws Exception {
    plugin =
        PluginProcess.start(
            PluginMain.class,
            environment,
            response,
            "us-east-1",
            "StartSession",
            "",
            "{\"Target\":\"i-0abc\"}",
            gateway.endpoint());
    return gateway.awaitSocket();
  }

  /** A shell past its first prompt, with an agent of the official kind. */
  private ScriptedAgent shell() throws Exception {
    agent = new ScriptedAgent(connect());
    agent.print("prompt$ ");
    assertThat(agent.takeInput().payloadType()).isEqualTo(PayloadType.SIZE);
    plugin.awaitOutput("prompt$ ");
    return agent;
  }

  private static String text(AgentMessage message) {
    return ISO_8859_1.decode(message.payload()).toString();
  }

  /**
   * The next inputs of a shell, up to a length of all: a read of the keyboard may join keys. By
   * sequence number: an acknowledgement that takes its time has its message sent again.
   */
  private static SortedMap<Long, String> typed(ScriptedAgent agent, int length) throws Exception {
    SortedMap<Long, String> inputs = new TreeMap<>();
    while (String.join("", inputs.values()).length() < length) {
      AgentMessage input = agent.takeInput();
      // The terminal's size comes again where its acknowledgement was lost.
      if (input.payloadType() == PayloadType.OUTPUT) {
        inputs.put(input.sequenceNumber(), text(input));
      }
    }
    return inputs;
  }

  private static String member(TestSocket socket, String name) throws Exception {
    return String.valueOf(Json.readObject(socket.opening()).get(name));
  }

  @Test
  void p35SendsOpenDataChannelFirstAndNothingElse() throws Exception {
    TestSocket socket = connect();
    plugin.type("typed too early");

    assertThat(Json.readObject(socket.opening()))
        .containsOnlyKeys(
            "MessageSchemaVersion",
            "RequestId",
            "TokenValue",
            "ClientId",
            "ClientVersion",
            // Ours, and not to AWS: SessionDialerTest.
            "PosternExtensions")
        .containsEntry("MessageSchemaVersion", "1.0")
        .containsEntry("TokenValue", "first-token");
    assertThat(socket.poll(1000)).isNull();
    assertThat(socket.encoded()).isEmpty();
  }

  @Test
  void p36TakesAFirstOutputForAShellAndAcknowledgesIt() throws Exception {
    TestSocket socket = connect();

    socket.sendStream(0, PayloadType.OUTPUT, "prompt$ ");

    assertThat(socket.takeAcknowledged()).isZero();
    AgentMessage size = socket.take();
    assertThat(size.payloadType()).isEqualTo(PayloadType.SIZE);
    assertThat(text(size)).isEqualTo("{\"cols\":300,\"rows\":100}");
    plugin.awaitOutput("prompt$ ");
    plugin.type("ls");
    assertThat(text(socket.take())).isEqualTo("ls");
  }

  @Test
  void p37AcknowledgesMessagesInOrderEarlyAndRepeated() throws Exception {
    TestSocket socket = connect();

    for (long number : new long[] {0, 2, 3, 1, 1, 0}) {
      AgentMessage output = TestSocket.stream(number, PayloadType.OUTPUT, "<" + number + ">");
      socket.send(output.encode());
      AgentMessage acknowledgement = socket.takeAcknowledgement();

      assertThat(acknowledgement.sequenceNumber()).isZero();
      assertThat(acknowledgement.flags()).isEqualTo(3);
      assertThat(acknowledgement.payloadType()).isEqualTo(PayloadType.NONE);
      assertThat(Acknowledge.parse(acknowledgement.payload())).isEqualTo(Acknowledge.of(output));
    }
    plugin.awaitOutput("<0><1><2><3>");
  }

  @Test
  void p37AcknowledgesAWindowThatTheServiceReplaysAsAWhole() throws Exception {
    TestSocket socket = shell().socket();
    int window = 500;
    String printed = "";
    for (int round = 0; round < 2; round++) {
      for (int number = 1; number <= window; number++) {
        socket.sendStream(number, PayloadType.OUTPUT, "<" + number + ">");
      }
    }
    for (int number = 1; number <= window; number++) {
      printed += "<" + number + ">";
    }
    socket.sendStream(window + 1, PayloadType.OUTPUT, "end");

    plugin.awaitOutput("end");
    assertThat(plugin.output()).isEqualTo("prompt$ " + printed + "end");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(agent.acknowledged())
                .containsAll(LongStream.rangeClosed(0, window + 1).boxed().toList()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Standard_Stream", "InteractiveCommands", "NonInteractiveCommands"})
  void p38AnswersTheHandshakeExactlyOnce(String sessionType) throws Exception {
    agent = new ScriptedAgent(connect());
    agent.requestHandshake(sessionType, "");
    AgentMessage response = agent.takeInput();
    TestSocket socket = agent.socket();
    // The agent sends it again until it is acknowledged; a second one makes no sense at all.
    socket.sendStream(0, PayloadType.HANDSHAKE_REQUEST, "{}");
    agent.requestHandshake(sessionType, "");
    agent.awaitAcknowledged();

    assertThat(response.payloadType()).isEqualTo(PayloadType.HANDSHAKE_RESPONSE);
    assertThat(response.sequenceNumber()).isZero();
    assertThat(text(response))
        .isEqualTo(
            "{\"ClientVersion\":\"1.2.700.0\",\"ProcessedClientActions\":[{\"ActionType\":\"SessionType\","
                + "\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"}],\"Errors\":null}");
    assertThat(Arrays.stream("1.2.700.0".split("\\.")).mapToInt(Integer::parseInt).toArray())
        .hasSize(4)
        .satisfies(version -> assertThat(version[2]).isGreaterThan(497));
    assertThat(socket.poll(500)).isNull();
  }

  @Test
  void p38HandshakeIsNotDisturbedByLateAcknowledgementsNorByAPauseAfterIt() throws Exception {
    agent = new ScriptedAgent(connect());
    TestSocket socket = agent.socket();
    agent.shakeHandsForCommand();
    // The service keeps everything back for a while after HandshakeComplete.
    assertThat(socket.poll(150)).isNull();
    agent.print("out");
    agent.send(PayloadType.EXIT_CODE, "EXIT_CODE: 5");
    agent.awaitAcknowledged();
    agent.closeChannelAsHosted("");

    assertThat(plugin.awaitExit()).isEqualTo(5);
    assertThat(plugin.output()).isEqualTo("out");
  }

  @Test
  void p39AcceptsEveryPaddingOfAMessageType() throws Exception {
    TestSocket socket = connect();
    ByteBuffer right = TestSocket.stream(0, PayloadType.OUTPUT, "right ").encode();
    ScriptedAgent.padWithNul(right);
    ByteBuffer left = TestSocket.stream(1, PayloadType.OUTPUT, "left ").encode();
    int typeBytes = MessageType.OUTPUT_STREAM_DATA.length();
    left.put(4, new byte[32 - typeBytes]);
    left.put(4 + 32 - typeBytes, MessageType.OUTPUT_STREAM_DATA.getBytes(UTF_8));

    socket.send(right);
    socket.send(left);
    socket.sendStream(2, PayloadType.OUTPUT, "spaces");

    plugin.awaitOutput("right left spaces");
  }

  @Test
  void p39AcceptsTheShortHeaderOfChannelClosed() throws Exception {
    shell().closeChannelAsHosted("the end");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).endsWith("\n\nSessionId: " + ID + " : the end\n\n");
  }

  @Test
  void p39NeverValidatesPublications() throws Exception {
    agent = new ScriptedAgent(connect());
    agent.publishAsHosted(MessageType.START_PUBLICATION);
    agent.print("prompt$ ");
    agent.takeInput();
    // The hosted service was seen to send one for each message of the plugin.
    for (int i = 0; i < 100; i++) {
      agent.publishAsHosted(MessageType.PAUSE_PUBLICATION);
    }
    plugin.type("ls");

    assertThat(text(agent.takeInput())).isEqualTo("ls");
    agent.print("undisturbed");
    plugin.awaitOutput("prompt$ undisturbed");
    assertThat(gateway.calls()).isEmpty();
  }

  @Test
  void p41TakesALoneLineFeedForTheEnterKeyInAShell() throws Exception {
    ScriptedAgent shell = shell();

    plugin.type("\n");
    assertThat(text(shell.takeInput())).isEqualTo("\r");
    plugin.type("ls\n");
    assertThat(text(shell.takeInput())).isEqualTo("ls\n");
    plugin.type("\n\n");
    assertThat(text(shell.takeInput())).isEqualTo("\n\n");
  }

  @Test
  void p42KeepsNumbersCopiesAddressAndClientIdWhenResumed() throws Exception {
    ScriptedAgent shell = shell();
    TestSocket first = shell.socket();
    plugin.type("one");
    AgentMessage unacknowledged = first.take();
    shell.send(PayloadType.OUTPUT, "a");
    shell.awaitAcknowledged();
    first.cut();

    TestSocket second = gateway.awaitSocket();
    assertThat(second.take()).isEqualTo(unacknowledged);
    second.cut();
    plugin.type("two");
    TestSocket third = gateway.awaitSocket();
    shell.continueOn(third);
    shell.send(PayloadType.OUTPUT, "b");

    assertThat(shell.takeInput()).isEqualTo(unacknowledged);
    AgentMessage next = shell.takeInput();
    assertThat(text(next)).isEqualTo("two");
    assertThat(next.sequenceNumber()).isEqualTo(2);
    plugin.awaitOutput("prompt$ ab");
    for (TestSocket later : List.of(second, third)) {
      assertThat(member(later, "TokenValue")).isEqualTo("next-token");
      assertThat(member(later, "ClientId")).isEqualTo(member(first, "ClientId"));
      assertThat(member(later, "RequestId")).isNotEqualTo(member(first, "RequestId"));
    }
    TestGateway.Call resume = gateway.calls().getFirst();
    assertThat(resume.operation()).isEqualTo("ResumeSession");
    assertThat(resume.body()).isEqualTo("{\"SessionId\":\"" + ID + "\"}");
    assertThat(resume.headers().get("authorization"))
        .contains("Credential=AKIDEXAMPLE/", "/us-east-1/ssm/aws4_request");
  }

  @ParameterizedTest
  @CsvSource({
    "'',Exiting session with sessionId: " + ID + ".",
    "----------ERROR-------,SessionId: " + ID + " : ----------ERROR-------"
  })
  void p43ExitsOnChannelClosedWithItsText(String output, String shown) throws Exception {
    ScriptedAgent shell = shell();
    shell.print("late");
    shell.socket().closeChannel(output);

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("prompt$ late");
    assertThat(plugin.error())
        .isEqualTo("\nStarting session with SessionId: " + ID + "\n\n\n" + shown + "\n\n");
  }

  @Test
  void p43ExitsWhenResumeSessionAnswersWithoutToken() throws Exception {
    resumeAnswer = "{\"SessionId\":\"x\"}";

    shell().socket().cut();

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).endsWith("Session: " + ID + " timed out.\n");
  }

  @Test
  void p44KeepsWhatIsTypedWhileDisconnected() throws Exception {
    ScriptedAgent shell = shell();
    gateway.upgrades(TestGateway.Upgrades.REFUSE);
    shell.socket().cut();
    String lines = String.join("", IntStream.range(0, 200).mapToObj(i -> i + " ").toList());
    plugin.type(lines);
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> gateway.calls().size() > 2);
    plugin.type("end");
    gateway.upgrades(TestGateway.Upgrades.ACCEPT);

    shell.continueOn(gateway.awaitSocket());

    SortedMap<Long, String> inputs = typed(shell, lines.length() + 3);
    assertThat(String.join("", inputs.values())).isEqualTo(lines + "end");
    AgentMessage late = shell.socket().poll(500);
    assertThat(
            late == null
                || late.payloadType() == PayloadType.SIZE
                || inputs.containsKey(late.sequenceNumber()))
        .isTrue();
  }

  @Test
  void p45PrintsABareVersionNumber() throws Exception {
    plugin = PluginProcess.start(PluginMain.class, Map.of(), "--version");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("1.2.700.0\n");
    assertThat(plugin.error()).isEmpty();
  }

  @Test
  void p45TakesTheResponseFromAVariableThatNoChildSees(@TempDir Path folder) throws Exception {
    Path seen = folder.resolve("seen");
    Path config = folder.resolve("config");
    Files.writeString(
        config, "[default]\ncredential_process = sh -c 'env >" + seen + "; exit 1'\n");
    String variable = "AWS_SSM_START_SESSION_RESPONSE_7f3";
    Map<String, String> environment = new HashMap<>(PluginProcess.environment());
    environment.remove("AWS_ACCESS_KEY_ID");
    environment.put("AWS_CONFIG_FILE", config.toString());
    environment.put(variable, gateway.ticket(ID));
    TestSocket socket = connect(variable, environment);
    assertThat(member(socket, "TokenValue")).isEqualTo("first-token");

    socket.cut();

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.exists(seen) && Files.readString(seen).contains("AWS_CONFIG_FILE="));
    assertThat(Files.readString(seen)).doesNotContain(variable, "first-token");
  }

  @Test
  void p48StoresTheLeastSignificantHalfOfMessageIdsFirst() throws Exception {
    ScriptedAgent shell = shell();
    plugin.type("ls");
    shell.takeInput();

    assertThat(shell.socket().encoded()).hasSizeGreaterThanOrEqualTo(3);
    for (ByteBuffer message : shell.socket().encoded()) {
      // A random id has its variant in the first byte of the second half and its version, 4, in the
      // seventh byte of the first.
      assertThat(message.get(64) & 0xc0).isEqualTo(0x80);
      assertThat(message.get(64 + 8 + 6) & 0xf0).isEqualTo(0x40);
    }
  }

  @Test
  void p49PrintsAByteStreamWhateverTheMessagesBoundaries() throws Exception {
    ScriptedAgent shell = shell();
    byte[] output = new byte[200 * 1024 + 77];
    new Random(49).nextBytes(output);
    shell.loseEvery(60);

    shell.print(output);
    for (byte part : "größer € 🜁".getBytes(UTF_8)) {
      shell.send(PayloadType.OUTPUT, new byte[] {part});
    }
    shell.awaitAcknowledged();
    shell.closeChannelAsHosted("");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output())
        .isEqualTo(
            "prompt$ "
                + new String(output, ISO_8859_1)
                + new String("größer € 🜁".getBytes(UTF_8), ISO_8859_1));
  }

  @Test
  void p50FindsTheCopyOfWhatIsAcknowledgedInTheMomentOfItsArrival() throws Exception {
    TestSocket socket = connect();
    socket.acknowledgeAtOnce();
    socket.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    assertThat(socket.take().payloadType()).isEqualTo(PayloadType.SIZE);

    for (int i = 0; i < 300; i++) {
      plugin.type("x");
      assertThat(text(socket.take())).isEqualTo("x");
    }

    // A busy machine may have repeated one before; a copy that was missed is repeated for ever.
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          int before = socket.repetitions();
          return socket.poll(1000) == null && socket.repetitions() == before;
        });
  }
}
