package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.agent.FakeService;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.handshake.AgentVersion;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
import dev.postern.wire.smux.Frame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent's part of the checklist of spec/data-channel.md section 14, with a scripted official
 * plugin. Point 32, encryption, is not offered yet.
 */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DataChannelConformanceTest {
  private static final String NEW_CLIENT = "1.2.677.0";
  private static final String SHELL = "Standard_Stream";
  private static final String COMMANDS = "NonInteractiveCommands";

  private static NodeFixture node;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private String id;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    node = new NodeFixture(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void nameSession() {
    id = NodeFixture.newSessionId();
  }

  @AfterEach
  void endSession() throws Exception {
    node.service.sessionsTerminated = false;
    node.closeSession(id);
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  private ScriptedPlugin session(String type, String properties) throws Exception {
    node.startSession(id, type, "", properties);
    return connect(0);
  }

  private ScriptedPlugin connect(long nextNumber) throws Exception {
    ScriptedPlugin plugin =
        new ScriptedPlugin(node.service.nextSocket("/v1/data-channel/" + id).socket(), nextNumber);
    opened.add(plugin);
    return plugin;
  }

  private ScriptedPlugin shell() throws Exception {
    return session(SHELL, "");
  }

  private static String command(String line) {
    return "{\"linux\":{\"commands\":\"" + line + "\",\"separateOutputStream\":true}}";
  }

  private static String text(AgentMessage message) {
    return UTF_8.decode(message.payload()).toString();
  }

  private ServerSocketChannel listener() throws IOException {
    ServerSocketChannel listener =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    opened.add(listener);
    return listener;
  }

  private static String port(ServerSocketChannel listener, String type) throws IOException {
    int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
    return "{\"portNumber\":\"" + port + "\"" + type + "}";
  }

  private static final String MUX = ",\"type\":\"LocalPortForwarding\"";

  @Test
  void p21NumbersOutputFromZeroAndKeepsItUntilItIsAcknowledged() throws Exception {
    ScriptedPlugin plugin = session(COMMANDS, command("echo one"));
    AgentMessage request = plugin.takeStream(PayloadType.HANDSHAKE_REQUEST);
    assertThat(request.sequenceNumber()).isZero();
    assertThat(request.flags()).isEqualTo(1);
    // Not acknowledged: the same bytes come again.
    AgentMessage again = plugin.takeStream(PayloadType.HANDSHAKE_REQUEST);
    assertThat(again.encode()).isEqualTo(request.encode());

    plugin.acknowledge(request);
    var _ = plugin.answerHandshake(NEW_CLIENT);

    AgentMessage complete = plugin.takeStream(PayloadType.HANDSHAKE_COMPLETE);
    AgentMessage output = plugin.takeStream(PayloadType.OUTPUT);
    AgentMessage exitCode = plugin.takeStream(PayloadType.EXIT_CODE);
    assertThat(List.of(complete, output, exitCode))
        .extracting(AgentMessage::sequenceNumber)
        .containsExactly(1L, 2L, 3L);
    assertThat(List.of(complete, output, exitCode))
        .extracting(AgentMessage::flags)
        .containsOnly(0L);
  }

  @Test
  void p22AcknowledgesEachReceptionAlsoOfDuplicates() throws Exception {
    ScriptedPlugin plugin = shell();
    plugin.acknowledge(plugin.takeStream(PayloadType.OUTPUT));

    AgentMessage input = plugin.type("true\r");
    AgentMessage first = plugin.takeAcknowledge(0);
    plugin.repeat(input);
    AgentMessage second = plugin.takeAcknowledge(0);

    for (AgentMessage acknowledge : List.of(first, second)) {
      assertThat(acknowledge.sequenceNumber()).isZero();
      assertThat(acknowledge.flags()).isEqualTo(3);
      assertThat(acknowledge.payloadType()).isZero();
    }
    assertThat(first.messageId()).isNotEqualTo(second.messageId());
  }

  @Test
  void p23TellsConnectedFirstAndTerminatingWhenTheProgramEndedByItself() throws Exception {
    ScriptedPlugin plugin = shell();
    AgentMessage connected = plugin.take();
    assertThat(connected.messageType()).isEqualTo(MessageType.AGENT_SESSION_STATE);
    assertThat(connected.flags()).isEqualTo(3);
    AgentSessionState state = AgentSessionState.parse(connected.payload());
    assertThat(state.sessionState()).isEqualTo("Connected");
    assertThat(state.sessionId()).isEqualTo(id);
    plugin.acknowledge(plugin.takeStream(PayloadType.OUTPUT));

    var _ = plugin.type("exit\r");

    AgentMessage message = plugin.take();
    while (!message.messageType().equals(MessageType.AGENT_SESSION_STATE)) {
      if (ScriptedPlugin.isStream(message)) {
        plugin.acknowledge(message);
      }
      message = plugin.take();
    }
    assertThat(AgentSessionState.parse(message.payload()).sessionState()).isEqualTo("Terminating");
  }

  @ParameterizedTest
  @CsvSource({
    "Port, 5",
    "NonInteractiveCommands, 5",
    "Standard_Stream, 1",
    "InteractiveCommands, 1"
  })
  void p24ShakesHandsForPortsAndCommandsAndSpeaksPlainlyOtherwise(String type, int payloadType)
      throws Exception {
    String properties =
        switch (type) {
          case "Port" -> port(listener(), MUX);
          case SHELL -> "";
          default -> command("echo x");
        };

    ScriptedPlugin plugin = session(type, properties);

    AgentMessage first = plugin.take(ScriptedPlugin::isStream);
    assertThat(first.sequenceNumber()).isZero();
    assertThat(first.payloadType()).isEqualTo(payloadType);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Port", COMMANDS})
  void p25AnnouncesAFourPartVersionAndKnownActions(String type) throws Exception {
    ScriptedPlugin plugin =
        session(type, type.equals("Port") ? port(listener(), MUX) : command("echo x"));

    HandshakeRequest request =
        HandshakeRequest.parse(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST).payload());

    assertThat(request.agentVersion()).matches("[0-9]+(\\.[0-9]+){3}");
    assertThat(new AgentVersion(request.agentVersion()).disablesSmuxKeepAlive()).isTrue();
    assertThat(request.requestedClientActions())
        .singleElement()
        .isInstanceOfSatisfying(
            ClientAction.SessionTypeAction.class,
            action -> assertThat(action.sessionType()).isEqualTo(type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Port", COMMANDS})
  void p26AcknowledgesTheAnswerThenConfirmsItThenSpeaks(String type) throws Exception {
    ScriptedPlugin plugin =
        session(type, type.equals("Port") ? port(listener(), MUX) : command("echo x"));
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST));

    var _ = plugin.answerHandshake(NEW_CLIENT);

    AgentMessage next = plugin.take(message -> !isHandshakeRequest(message));
    assertThat(ScriptedPlugin.isAcknowledgeOf(next, 0)).isTrue();
    AgentMessage complete = plugin.take(message -> !isHandshakeRequest(message));
    assertThat(complete.payloadType()).isEqualTo(PayloadType.HANDSHAKE_COMPLETE);
    assertThat(complete.sequenceNumber()).isEqualTo(1);
    assertThat(text(complete)).contains("\"HandshakeTimeToComplete\":", "\"CustomerMessage\":\"\"");
  }

  private static boolean isHandshakeRequest(AgentMessage message) {
    return message.payloadType() == PayloadType.HANDSHAKE_REQUEST
        || message.messageType().equals(MessageType.AGENT_SESSION_STATE);
  }

  @Test
  void p27TakesOneAnswerAndSurvivesASecond() throws Exception {
    ScriptedPlugin plugin = session(COMMANDS, command("sh -c 'read x; echo never'"));
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST));
    var _ = plugin.answerHandshake(NEW_CLIENT);
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_COMPLETE));

    var _ = plugin.answerHandshake("1.1.1.1");

    var _ = plugin.takeAcknowledge(1);
    // Alive: the command, whose input is empty, tells its end.
    assertThat(text(plugin.takeStream(PayloadType.EXIT_CODE))).isEqualTo("EXIT_CODE: 0");
    assertThat(plugin.seen())
        .filteredOn(message -> message.payloadType() == PayloadType.HANDSHAKE_COMPLETE)
        .extracting(AgentMessage::sequenceNumber)
        .containsOnly(1L);
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.677.0, true",
    "1.1.70.0, true",
    "1.1.70, true",
    "1.1.69.9, false",
    "nonsense, false"
  })
  void p28ChoosesMuxByTypeAndVersion(String version, boolean mux) throws Exception {
    ServerSocketChannel destination = listener();
    ScriptedPlugin plugin = session("Port", port(destination, MUX));
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST));
    var _ = plugin.answerHandshake(version);
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_COMPLETE));

    var _ = plugin.send(PayloadType.OUTPUT, Frame.encode(new Frame.Open(3)));
    var _ =
        plugin.send(
            PayloadType.OUTPUT,
            Frame.encode(new Frame.Push(3, ByteBuffer.wrap("hello!!!".getBytes(UTF_8)))));

    ByteBuffer received = ByteBuffer.allocate(8);
    try (SocketChannel connection = destination.accept()) {
      while (received.hasRemaining() && connection.read(received) >= 0) {
        // Until eight bytes are here: what was in the frame, or the frame itself.
      }
    }
    byte[] expected = mux ? "hello!!!".getBytes(UTF_8) : Frame.encode(new Frame.Open(3)).array();
    assertThat(received.array()).isEqualTo(expected);
  }

  @Test
  void p28ClientThatWantsSignsOfLifeGetsThemAndOthersDoNot() throws Exception {
    ScriptedPlugin old = session("Port", port(listener(), MUX));
    old.acknowledge(old.takeStream(PayloadType.HANDSHAKE_REQUEST));
    var _ = old.answerHandshake("1.2.331.0");
    String oldId = id;
    id = NodeFixture.newSessionId();
    ScriptedPlugin young = session("Port", port(listener(), MUX));
    assertThat(id).isNotEqualTo(oldId);
    young.acknowledge(young.takeStream(PayloadType.HANDSHAKE_REQUEST));
    var _ = young.answerHandshake("1.2.331.1");
    young.acknowledge(young.takeStream(PayloadType.HANDSHAKE_COMPLETE));

    AgentMessage alive = old.takeStream(PayloadType.OUTPUT);

    assertThat(alive.payload()).isEqualTo(Frame.encode(new Frame.Nop()));
    assertThat(young.poll(500)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1.1.69.0, ',\"type\":\"LocalPortForwarding\"'", "1.2.677.0, ''"})
  void p29SendsNeitherFlagsNorEmptyPayloadsWithoutMux(String version, String type)
      throws Exception {
    ServerSocketChannel destination = listener();
    ScriptedPlugin plugin = session("Port", port(destination, type));
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST));
    var _ = plugin.answerHandshake(version);
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_COMPLETE));

    SocketChannel connection = destination.accept();
    var _ = connection.write(ByteBuffer.wrap("bytes".getBytes(UTF_8)));
    AgentMessage output = plugin.takeStream(PayloadType.OUTPUT);
    plugin.acknowledge(output);
    connection.close();
    node.closeSession(id);
    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);

    assertThat(text(output)).isEqualTo("bytes");
    assertThat(plugin.seen())
        .filteredOn(ScriptedPlugin::isStream)
        .allSatisfy(message -> {
          assertThat(message.payloadType()).isNotEqualTo(PayloadType.FLAG);
          assertThat(message.payload().remaining()).isPositive();
        });
  }

  @Test
  void p30InputThatComesBeforeTheProgramIsSentAgainAndIsNotLost() throws Exception {
    ScriptedPlugin plugin = shell();
    AgentMessage early = plugin.type("echo $((40+2))-early\r");

    // Sent again, as the official plugin does, until it is taken.
    StringBuilder output = new StringBuilder();
    while (!output.toString().contains("42-early")) {
      AgentMessage message = plugin.poll(100);
      if (message == null) {
        plugin.repeat(early);
      } else if (ScriptedPlugin.isStream(message)) {
        plugin.acknowledge(message);
        output.append(text(message));
      }
    }

    assertThat(plugin.seen()).anyMatch(message -> ScriptedPlugin.isAcknowledgeOf(message, 0));
  }

  @Test
  void p30InputBeforeTheAnswerDoesNotHoldTheAnswerUp() throws Exception {
    ScriptedPlugin plugin = session(COMMANDS, command("echo done"));
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST));

    var _ = plugin.type("too early");
    var _ = plugin.takeAcknowledge(0);
    var _ = plugin.answerHandshake(NEW_CLIENT);

    assertThat(text(plugin.takeStream(PayloadType.OUTPUT))).isEqualTo("done\n");
  }

  @Test
  void p31EndsOnChannelClosed() throws Exception {
    ScriptedPlugin plugin = shell();
    plugin.acknowledge(plugin.takeStream(PayloadType.OUTPUT));

    plugin.sendControl(
        MessageType.CHANNEL_CLOSED,
        ChannelClosed.of("m", Instant.now(), FakeService.NODE, id, "").toPayload());

    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
  }

  @Test
  void p31EndsOnTheTerminateFlag() throws Exception {
    ScriptedPlugin plugin = session("Port", port(listener(), MUX));
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_REQUEST));
    var _ = plugin.answerHandshake(NEW_CLIENT);
    plugin.acknowledge(plugin.takeStream(PayloadType.HANDSHAKE_COMPLETE));

    var _ = plugin.send(PayloadType.FLAG, SessionFlag.TERMINATE_SESSION.toPayload());

    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
  }

  @Test
  void p33SendsTheWholeWindowAgainOnANewConnection() throws Exception {
    ScriptedPlugin plugin = shell();
    AgentMessage prompt = plugin.takeStream(PayloadType.OUTPUT);
    plugin.acknowledge(prompt);
    var _ = plugin.type("for i in 1 2 3; do echo line-$i; sleep 0.2; done; echo en''d\r");
    StringBuilder output = new StringBuilder();
    List<Long> unacknowledged = new ArrayList<>();
    while (!output.toString().contains("\nend")) {
      AgentMessage message = plugin.takeStream(PayloadType.OUTPUT);
      if (message.sequenceNumber() > prompt.sequenceNumber()
          && !unacknowledged.contains(message.sequenceNumber())) {
        unacknowledged.add(message.sequenceNumber());
        output.append(text(message));
      }
    }
    plugin.close();

    ScriptedPlugin again = connect(1);

    List<Long> replayed = new ArrayList<>();
    while (!replayed.containsAll(unacknowledged)) {
      replayed.add(again.takeStream(PayloadType.OUTPUT).sequenceNumber());
    }
    assertThat(replayed.subList(0, unacknowledged.size())).isEqualTo(unacknowledged);
  }

  @Test
  void p34EndsWhenTheServiceNoLongerKnowsTheSession() throws Exception {
    ScriptedPlugin plugin = shell();
    plugin.acknowledge(plugin.takeStream(PayloadType.OUTPUT));

    node.service.sessionsTerminated = true;
    plugin.close();

    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
  }
}
