package dev.postern.client.plugin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import dev.postern.wire.smux.Frame;
import dev.postern.wire.smux.FrameDecoder;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Port sessions of the plugin as a process, with a server that plays relay and agent. */
@Timeout(180)
class PluginPortTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";
  private static final String NEW_AGENT = "3.3.1142.0";
  private static final String OLD_AGENT = "3.0.196.0";

  @TempDir Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final FrameDecoder decoder = new FrameDecoder(SmuxRules.OWN);
  private final Deque<Frame> frames = new ArrayDeque<>();
  private TestGateway gateway;

  @SuppressWarnings("NullAway.Init") // connected by each test
  private TestSocket agent;

  private long sent;

  @SuppressWarnings("NullAway.Init") // started by each test
  private PluginProcess plugin;

  @BeforeEach
  void startGateway() throws Exception {
    gateway = new TestGateway((operation, body) -> new TestGateway.Answer(200, "{}"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
    if (plugin != null) {
      plugin.close();
    }
    gateway.close();
  }

  private void start(String parameters) throws Exception {
    plugin =
        PluginProcess.start(
            PluginMain.class,
            PluginProcess.environment(),
            gateway.ticket(ID),
            "us-east-1",
            "StartSession",
            "",
            "{\"Target\":\"i-0abc\",\"Parameters\":" + parameters + "}",
            gateway.endpoint());
    agent = gateway.awaitSocket();
  }

  /** Agrees on a port session of these properties. */
  private AgentMessage agree(String version, String properties, String extensions)
      throws Exception {
    send(
        PayloadType.HANDSHAKE_REQUEST,
        """
        {"AgentVersion":"%s","RequestedClientActions":[{"ActionType":"SessionType",\
        "ActionParameters":{"SessionType":"Port","Properties":%s}}]%s}\
        """
            .formatted(version, properties, extensions));
    AgentMessage response = agent.take();
    assertThat(response.payloadType()).isEqualTo(PayloadType.HANDSHAKE_RESPONSE);
    agent.acknowledge(response);
    send(
        PayloadType.HANDSHAKE_COMPLETE,
        "{\"HandshakeTimeToComplete\":1000,\"CustomerMessage\":\"\"}");
    return response;
  }

  private void send(int payloadType, String payload) throws IOException {
    agent.sendStream(sent++, payloadType, payload);
  }

  private void send(int payloadType, ByteBuffer payload) throws IOException {
    agent.send(
        AgentMessage.stream(
                Side.AGENT, sent++, 1_700_000_000_000L, UUID.randomUUID(), payloadType, payload)
            .encode());
  }

  private void send(Frame frame) throws IOException {
    send(PayloadType.OUTPUT, Frame.encode(frame));
  }

  private Frame nextFrame() throws InterruptedException, IOException, MalformedMessageException {
    while (frames.isEmpty()) {
      AgentMessage message = agent.take();
      agent.acknowledge(message);
      assertThat(message.payloadType()).isEqualTo(PayloadType.OUTPUT);
      decoder.feed(message.payload());
      for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
        frames.add(frame);
      }
    }
    return frames.removeFirst();
  }

  /** The port that the plugin says it has opened. */
  private int openedPort() throws InterruptedException {
    plugin.awaitError(" opened for sessionId " + ID + ".");
    Matcher matcher = Pattern.compile("Port ([0-9]+) opened").matcher(plugin.error());
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    opened.add(socket);
    return socket;
  }

  private static ByteBuffer bytes(String text) {
    return ISO_8859_1.encode(text);
  }

  private static final String MUX =
      "{\"portNumber\":\"80\",\"localPortNumber\":\"0\",\"type\":\"LocalPortForwarding\"}";

  @Test
  void p40StreamsAreNumberedThreeFiveSevenAndCarryTheBytesOfTheirConnections() throws Exception {
    start("{}");
    AgentMessage response = agree(NEW_AGENT, MUX, "");
    assertThat(ISO_8859_1.decode(response.payload()).toString()).doesNotContain("Postern");
    int port = openedPort();
    plugin.awaitError("Waiting for connections...");

    Socket first = connect(port);
    assertThat(nextFrame()).isEqualTo(new Frame.Open(3));
    Socket second = connect(port);
    assertThat(nextFrame()).isEqualTo(new Frame.Open(5));
    plugin.awaitError("Connection accepted for session [" + ID + "]");
    first.getOutputStream().write("\n".getBytes(ISO_8859_1));
    // p41: only a shell's Enter key becomes a carriage return.
    assertThat(nextFrame()).isEqualTo(new Frame.Push(3, bytes("\n")));
    send(new Frame.Push(5, bytes("\n")));
    assertThat(second.getInputStream().read()).isEqualTo('\n');
    send(new Frame.Finish(5));
    assertThat(second.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void p41LoneLineFeedOfStandardStreamsStaysOne() throws Exception {
    start("{}");
    agree(NEW_AGENT, "{\"portNumber\":\"22\"}", "");

    plugin.type("\n");

    AgentMessage input = agent.take();
    assertThat(ISO_8859_1.decode(input.payload()).toString()).isEqualTo("\n");
  }

  @Test
  void p46InterruptSendsTheFlagAndEndsAtOnceAlsoWhereTheStarterIgnoredIt() throws Exception {
    for (String interrupt : List.of("INT", "TSTP")) {
      sent = 0;
      start("{}");
      agree(NEW_AGENT, MUX, "");
      var _ = openedPort();

      plugin.kill(interrupt);

      AgentMessage flag = agent.take();
      assertThat(flag.payloadType()).isEqualTo(PayloadType.FLAG);
      assertThat(flag.payload()).isEqualTo(ByteBuffer.allocate(4).putInt(0, 2));
      agent.acknowledge(flag);
      assertThat(plugin.awaitExit()).isZero();
      assertThat(plugin.error())
          .contains("Terminate signal received, exiting.\n")
          .endsWith("\n\nExiting session with sessionId: " + ID + ".\n\n");
      assertThat(plugin.output()).isEmpty();
    }
    assertThat(gateway.calls()).isEmpty();
  }

  @Test
  void interruptEndsASessionWhoseAgentTakesNothingAnyMore() throws Exception {
    start("{}");
    agree(NEW_AGENT, MUX, "");
    OutputStream connection = connect(openedPort()).getOutputStream();
    AgentMessage unacknowledged = agent.take();
    while (unacknowledged != null) {
      // One message each, so that there is no room for one more in the end.
      connection.write('x');
      unacknowledged = agent.poll(1000);
    }

    plugin.kill("INT");

    assertThat(plugin.endsWithin(Duration.ofSeconds(15))).isTrue();
    assertThat(plugin.awaitExit()).isZero();
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("TerminateSession");
  }

  @Test
  void agentThatDoesNotTakeTheFlagIsEndedByACall() throws Exception {
    start("{}");
    agree("2.3.700.0", MUX, "");
    var _ = openedPort();

    plugin.kill("INT");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("TerminateSession");
  }

  @Test
  void halfClosedConnectionsAreAgreedOnWhereTheAgentOffersThem() throws Exception {
    start("{}");
    AgentMessage response =
        agree(NEW_AGENT, MUX, ",\"PosternExtensions\":[\"half-close\",\"later\"]");
    assertThat(ISO_8859_1.decode(response.payload()).toString())
        .contains("\"PosternExtensions\":[\"half-close\"]");

    Socket socket = connect(openedPort());
    assertThat(nextFrame()).isEqualTo(new Frame.Open(3));
    socket.shutdownOutput();
    assertThat(nextFrame()).isEqualTo(new Frame.Finish(3));
    send(new Frame.Push(3, bytes("answer")));
    send(new Frame.Finish(3));

    assertThat(socket.getInputStream().readAllBytes()).asString(ISO_8859_1).isEqualTo("answer");
  }

  @Test
  void failedDestinationIsToldAndTheSessionLives() throws Exception {
    start("{}");
    agree(NEW_AGENT, MUX, "");
    int port = openedPort();
    Socket refused = connect(port);
    assertThat(nextFrame()).isEqualTo(new Frame.Open(3));

    send(PayloadType.FLAG, ByteBuffer.allocate(4).putInt(0, 3));
    send(new Frame.Finish(3));

    plugin.awaitError("\nConnection to destination port failed, check SSM Agent logs.\n");
    assertThat(refused.getInputStream().read()).isEqualTo(-1);
    assertThat(nextFrame()).isEqualTo(new Frame.Finish(3));
    var _ = connect(port);
    assertThat(nextFrame()).isEqualTo(new Frame.Open(5));
  }

  @Test
  void busyPortIsAnErrorAndTheSessionIsEnded() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      start("{}");
      agree(
          NEW_AGENT,
          "{\"portNumber\":\"80\",\"localPortNumber\":\""
              + busy.getLocalPort()
              + "\",\"type\":\"LocalPortForwarding\"}",
          "");

      assertThat(plugin.awaitExit()).isZero();

      assertThat(plugin.error())
          .contains(
              "Cannot perform start session: cannot listen on port " + busy.getLocalPort(),
              "it is in use already");
      assertThat(gateway.calls())
          .extracting(TestGateway.Call::operation)
          .containsExactly("TerminateSession");
    }
  }

  @Test
  void otherAddressIsOpenedOnlyWhenThePersonAskedForIt() throws Exception {
    String properties =
        "{\"portNumber\":\"80\",\"localIpAddress\":\"0.0.0.0\",\"type\":\"LocalPortForwarding\"}";
    start("{}");
    agree(NEW_AGENT, properties, "");
    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).contains("a local address that was not asked for: 0.0.0.0");

    sent = 0;
    start("{\"localIpAddress\":[\"0.0.0.0\"]}");
    agree(NEW_AGENT, properties, "");
    assertThat(connect(openedPort()).isConnected()).isTrue();
  }

  @Test
  void unixSocketIsThePersonsOwnAndGoneAfterwards() throws Exception {
    Path path = directory.resolve("local.sock");
    start("{\"localUnixSocket\":[\"" + path + "\"]}");
    agree(
        NEW_AGENT,
        "{\"portNumber\":\"80\",\"type\":\"LocalPortForwarding\",\"localConnectionType\":\"unix\","
            + "\"localUnixSocket\":\""
            + path
            + "\"}",
        "");
    plugin.awaitError("Unix socket " + path + " opened for sessionId " + ID + ".");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      assertThat(channel.connect(UnixDomainSocketAddress.of(path))).isTrue();
      assertThat(nextFrame()).isEqualTo(new Frame.Open(3));
    }
    plugin.kill("TERM");
    var _ = plugin.awaitExit();
    assertThat(path).doesNotExist();
  }

  @Test
  void oldAgentGetsOneConnectionAfterTheOther() throws Exception {
    start("{}");
    agree(OLD_AGENT, MUX, "");
    int port = openedPort();
    // What the destination says before anybody is connected waits for the first.
    send(PayloadType.OUTPUT, "banner");

    Socket first = connect(port);
    assertThat(first.getInputStream().readNBytes(6)).asString(ISO_8859_1).isEqualTo("banner");
    first.getOutputStream().write("one".getBytes(ISO_8859_1));
    assertThat(ISO_8859_1.decode(agent.take().payload()).toString()).isEqualTo("one");
    first.close();
    AgentMessage flag = agent.take();
    assertThat(flag.payloadType()).isEqualTo(PayloadType.FLAG);
    assertThat(flag.payload()).isEqualTo(ByteBuffer.allocate(4).putInt(0, 1));

    Socket second = connect(port);
    second.getOutputStream().write("two".getBytes(ISO_8859_1));
    assertThat(ISO_8859_1.decode(agent.take().payload()).toString()).isEqualTo("two");
    send(PayloadType.OUTPUT, "answer");
    assertThat(second.getInputStream().readNBytes(6)).asString(ISO_8859_1).isEqualTo("answer");
  }

  @Test
  void standardStreamsCarryTheConnectionAndNothingElse() throws Exception {
    start("{}");
    agree(NEW_AGENT, "{\"portNumber\":\"22\"}", ",\"PosternExtensions\":[\"half-close\"]");
    send(PayloadType.OUTPUT, "SSH-2.0-test\r\n");
    send(PayloadType.FLAG, ByteBuffer.allocate(4).putInt(0, 3));
    send(PayloadType.STD_ERR, "noise");
    plugin.awaitOutput("SSH-2.0-test\r\n");

    plugin.type("question");
    plugin.endInput();
    assertThat(ISO_8859_1.decode(agent.take().payload()).toString()).isEqualTo("question");
    assertThat(agent.take().payloadType()).isEqualTo(PayloadType.FLAG);
    send(PayloadType.OUTPUT, "answer");
    plugin.awaitOutput("answer");
    agent.closeChannel("");

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.output()).isEqualTo("SSH-2.0-test\r\nanswer");
    assertThat(plugin.error()).isEmpty();
  }

  @Test
  void endOfInputEndsAnOfficialAgentsSessionAfterTheLastByte() throws Exception {
    start("{}");
    agree(NEW_AGENT, "{\"portNumber\":\"22\"}", "");

    plugin.type("last");
    plugin.endInput();

    AgentMessage last = agent.take();
    assertThat(ISO_8859_1.decode(last.payload()).toString()).isEqualTo("last");
    agent.acknowledge(last);
    AgentMessage flag = agent.take();
    assertThat(flag.payload()).isEqualTo(ByteBuffer.allocate(4).putInt(0, 2));
    agent.acknowledge(flag);
    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error()).isEmpty();
  }
}
