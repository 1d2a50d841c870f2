package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.transport.SmuxSession;
import dev.postern.transport.Splice;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.SessionFlag;
import dev.postern.wire.smux.SmuxRules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortSessionTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static NodeFixture node;
  @TempDir Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private String id;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    node = new NodeFixture(data);
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
    node.closeSession(id);
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }

  /** Sends back what it gets, connection by connection, until that ends. */
  private ServerSocketChannel echo(ServerSocketChannel listener) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              SocketChannel connection = listener.accept();
              Thread.ofVirtual().start(() -> echo(connection));
            }
          } catch (IOException closed) {
            // The test has ended.
          }
        });
    return listener;
  }

  private static void echo(SocketChannel connection) {
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      while (connection.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          var _ = connection.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException gone) {
      // The other end has reset it.
    }
  }

  private ServerSocketChannel listener() throws IOException {
    return keep(ServerSocketChannel.open().bind(ANY));
  }

  private static int port(ServerSocketChannel listener) throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  private static String forwarding(int port) {
    return "{\"portNumber\":\"" + port + "\",\"type\":\"LocalPortForwarding\"}";
  }

  private static String stdio(int port) {
    return "{\"portNumber\":\"" + port + "\"}";
  }

  private ClientEnd client(String properties) throws Exception {
    node.startSession(id, "Port", "", properties);
    return keep(node.client(id));
  }

  /** A client with mux, and a function that opens connections of it. */
  private interface Mux {
    Socket connect() throws Exception;
  }

  private Mux mux(String properties, boolean halfClose) throws Exception {
    ClientEnd[] end = new ClientEnd[1];
    SmuxSession session =
        keep(
            SmuxSession.client(
                bytes -> end[0].send(PayloadType.OUTPUT, bytes),
                halfClose ? SmuxRules.OWN : SmuxRules.OFFICIAL));
    node.startSession(id, "Port", "", properties);
    ClientEnd client = keep(node.client(id));
    end[0] = client;
    client.extensions = halfClose ? Extension.of(SessionType.PORT) : List.of();
    client.tap = bytes -> session.receive(ByteBuffer.wrap(bytes));
    client.awaitPayloadType(PayloadType.HANDSHAKE_COMPLETE);
    ServerSocketChannel local = listener();
    return () -> {
      Socket socket = keep(new Socket(InetAddress.getLoopbackAddress(), port(local)));
      SocketChannel accepted = local.accept();
      var stream = session.open();
      Thread.ofVirtual().start(() -> Splice.run(accepted, stream));
      return socket;
    };
  }

  private static String exchange(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    return new String(socket.getInputStream().readNBytes(text.length()), UTF_8);
  }

  @Test
  void manyConnectionsShareOneSession() throws Exception {
    Mux mux = mux(forwarding(port(echo(listener()))), true);

    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Socket socket = mux.connect();
      String text = ("connection " + i + " ").repeat(1000);
      answers.add(
          CompletableFuture.supplyAsync(() -> {
            try {
              return exchange(socket, text).equals(text) ? "equal" : "different";
            } catch (IOException failed) {
              return failed.toString();
            }
          }));
    }

    assertThat(answers).allSatisfy(answer -> assertThat(answer.get()).isEqualTo("equal"));
  }

  @Test
  void questionMayEndBeforeItsAnswerBetweenOurOwnEnds() throws Exception {
    Socket socket = mux(forwarding(port(echo(listener()))), true).connect();

    socket.getOutputStream().write("question".getBytes(UTF_8));
    socket.shutdownOutput();

    assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("question");
  }

  @Test
  void officialClientsFinishClosesTheDestination() throws Exception {
    ServerSocketChannel destination = listener();
    Socket socket = mux(forwarding(port(destination)), false).connect();
    SocketChannel accepted = keep(destination.accept());

    socket.close();

    assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void refusedConnectionIsToldAndTheSessionLives() throws Exception {
    ServerSocketChannel destination = listener();
    int port = port(destination);
    destination.close();
    Mux mux = mux(forwarding(port), true);

    Socket refused = mux.connect();

    ClientEnd client =
        (ClientEnd) opened.stream().filter(ClientEnd.class::isInstance).findFirst().orElseThrow();
    client.awaitPayloadType(PayloadType.FLAG);
    assertThat(isEnded(refused)).isTrue();
    echo(keep(ServerSocketChannel.open().bind(new InetSocketAddress(ANY.getAddress(), port))));
    assertThat(exchange(mux.connect(), "alive")).isEqualTo("alive");
  }

  /** By a regular end or by a reset. */
  private static boolean isEnded(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void clientWithoutMuxGetsOneConnectionAfterTheOther() throws Exception {
    ServerSocketChannel destination = listener();
    node.startSession(id, "Port", "", forwarding(port(destination)));
    ClientEnd client = keep(node.client(id));
    client.version = "1.1.60.0";

    SocketChannel first = keep(destination.accept());
    client.type("one");
    assertThat(read(first, 3)).isEqualTo("one");
    var _ = first.write(NodeFixture.bytes("answer"));
    client.awaitOutput("answer");
    client.send(PayloadType.FLAG, SessionFlag.DISCONNECT_TO_PORT.toPayload());
    assertThat(first.read(ByteBuffer.allocate(1))).isEqualTo(-1);

    client.type("two");
    SocketChannel second = keep(destination.accept());
    assertThat(read(second, 3)).isEqualTo("two");
    client.send(PayloadType.FLAG, SessionFlag.TERMINATE_SESSION.toPayload());
    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    assertThat(client.payloadTypes).doesNotContain(PayloadType.FLAG);
  }

  private static String read(SocketChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // Until it is full or at the end.
    }
    return UTF_8.decode(buffer.flip()).toString();
  }

  @Test
  void standardStreamsEndWithTheirConnectionAndLoseNothing() throws Exception {
    ServerSocketChannel destination = listener();
    ClientEnd client = client(stdio(port(destination)));
    SocketChannel connection = keep(destination.accept());
    client.type("\n");
    assertThat(read(connection, 1)).isEqualTo("\n");

    String last = "x".repeat(300_000) + "end";
    ByteBuffer bytes = NodeFixture.bytes(last);
    while (bytes.hasRemaining()) {
      var _ = connection.write(bytes);
    }
    connection.close();

    assertThat(client.awaitOutput("end")).isEqualTo(last);
    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    assertThat(client.payloadTypes).doesNotContain(PayloadType.FLAG);
  }

  @Test
  void finishedInputOfStandardStreamsLeavesTheAnswer() throws Exception {
    ServerSocketChannel destination = listener();
    ClientEnd client = client(stdio(port(destination)));
    SocketChannel connection = keep(destination.accept());

    client.type("question");
    client.send(PayloadType.FLAG, SessionFlag.FINISH_INPUT.toPayload());

    assertThat(read(connection, 100)).isEqualTo("question");
    var _ = connection.write(NodeFixture.bytes("answer"));
    connection.close();
    client.awaitOutput("answer");
    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
  }

  @Test
  void unixSocketOfTheNodeIsReached() throws Exception {
    Path path = directory.resolve("app.sock");
    ServerSocketChannel listener =
        keep(
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path)));
    echo(listener);
    Mux mux = mux("{\"remoteUnixSocket\":\"" + path + "\",\"type\":\"LocalPortForwarding\"}", true);

    assertThat(exchange(mux.connect(), "over the socket")).isEqualTo("over the socket");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'portNumber':'0','type':'LocalPortForwarding'} | not a port number: 0",
        "{'portNumber':'70000','type':'LocalPortForwarding'} | not a port number: 70000",
        "{'type':'LocalPortForwarding'} | not a port number: ",
        "{'portNumber':22,'type':'LocalPortForwarding'} | portNumber",
        "{'portNumber':'80','host':'169.254.169.254','type':'LocalPortForwarding'} | denied",
        "{'portNumber':'80','host':'no-such-host.invalid','type':'LocalPortForwarding'} | cannot be"
            + " resolved",
        "{'remoteUnixSocket':'run/x','type':'LocalPortForwarding'} | not the absolute path",
        "{'portNumber':'1'} | Unable to connect to specified port",
      })
  void whatCannotBeReachedEndsTheSessionWithTheReason(String properties, String reason)
      throws Exception {
    var _ = client(properties.replace('\'', '"'));

    AgentTaskComplete complete = node.completeOf(id);

    assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
    assertThat(complete.output()).contains(reason.strip());
  }

  @Test
  void garbageInsteadOfFramesEndsTheSession() throws Exception {
    ClientEnd client = client(forwarding(port(listener())));
    client.awaitPayloadType(PayloadType.HANDSHAKE_COMPLETE);

    client.type("GET / HTTP/1.1");

    AgentTaskComplete complete = node.completeOf(id);
    assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
    assertThat(complete.output()).contains("smux");
  }

  @Test
  void closedSessionClosesItsConnections() throws Exception {
    ServerSocketChannel destination = listener();
    Mux mux = mux(forwarding(port(destination)), true);
    var _ = mux.connect();
    SocketChannel connection = keep(destination.accept());

    node.closeSession(id);

    assertThat(connection.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(node.completeOf(id).finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
  }
}
