package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ports of the node on the operator's machine, as the guide opens them. */
@ExtendWith(OneNode.Extension.class)
@Timeout(180)
class PortForwardingTest {
  private static final int CONNECTIONS = 50;
  private static final int BYTES_EACH = 20_000;

  @TempDir static Path temporary;
  private static OneNode node;

  @BeforeAll
  static void start(OneNode shared) {
    node = shared;
  }

  /** In the guide's form. */
  private static PortForward forward(int port, int localPort) throws IOException {
    return PortForward.start(
        node,
        PortForward.TO_NODE,
        "{\"portNumber\":[\"%d\"],\"localPortNumber\":[\"%d\"]}".formatted(port, localPort));
  }

  @Test
  void manyConnectionsAtOnceKeepTheirBytesApart() throws Exception {
    int local = FrontProxy.freePort();
    try (EchoServer echo = new EchoServer();
        PortForward forward = forward(echo.port(), local);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(forward.port()).isEqualTo(local);
      List<Callable<byte[]>> exchanges = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        exchanges.add(exchange(local, bytes(i)));
      }

      List<Future<byte[]>> received = threads.invokeAll(exchanges);

      for (int i = 0; i < CONNECTIONS; i++) {
        assertThat(received.get(i).get()).as("connection %d", i).isEqualTo(bytes(i));
      }
    }
  }

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[BYTES_EACH];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Callable<byte[]> exchange(int port, byte[] sent) {
    return () -> {
      try (Socket socket = PortForward.connect(port)) {
        socket.getOutputStream().write(sent);
        return socket.getInputStream().readNBytes(sent.length);
      }
    };
  }

  @Test
  void refusedConnectionIsToldAndTheSessionLivesOn() throws Exception {
    int port = FrontProxy.freePort();
    // Port 0 takes any free one.
    try (PortForward forward = forward(port, 0)) {
      int local = forward.port();
      assertThat(local).isPositive();
      try (Socket refused = PortForward.connect(local)) {
        assertThat(PortForward.isClosed(refused)).isTrue();
      }
      forward.expect("Connection to destination port failed, check SSM Agent logs\\.");

      try (EchoServer _ =
          new EchoServer(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))) {
        assertThat(exchange(local, bytes(1)).call()).isEqualTo(bytes(1));
      }
    }
  }

  @Test
  void interruptEndsTheSession() throws Exception {
    try (EchoServer echo = new EchoServer();
        PortForward forward = forward(echo.port(), 0)) {
      String id = forward.expect("Starting session with SessionId: (\\S+)");
      try (Socket open = forward.connect()) {
        open.getOutputStream().write('x');
        assertThat(open.getInputStream().read()).isEqualTo('x');

        forward.interrupt();

        forward.expect("Terminate signal received, exiting\\.");
        forward.expect("Exiting session with sessionId: " + id);
        assertThat(forward.exitCode()).isZero();
        assertThat(PortForward.isClosed(open)).isTrue();
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(echo.connections()).isZero());
      if (Programs.officialPlugin().isEmpty()) {
        // The official one hangs up without a word, and is waited for in case it comes back.
        node.server().awaitInHistory(id);
      }
    }
  }

  @Test
  void busyLocalPortIsAClearError() throws Exception {
    assumeTrue(
        Programs.officialPlugin().isEmpty(),
        "the official plugin says so only when one of its threads is not reading yet");
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        PortForward forward = forward(80, busy.getLocalPort())) {
      forward.expect("already in use|in use already");

      int _ = forward.exitCode();
    }
  }

  @Test
  void localEndCanBeAUnixSocket() throws Exception {
    Path socket = temporary.resolve("local.sock");
    try (EchoServer echo = new EchoServer();
        PortForward forward =
            PortForward.start(
                node,
                PortForward.TO_NODE,
                "{\"portNumber\":[\"%d\"],\"localConnectionType\":[\"unix\"],\"localUnixSocket\":[\"%s\"]}"
                    .formatted(echo.port(), socket))) {
      forward.expect("Unix socket " + socket + " opened for sessionId \\S+\\.");
      try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        int _ = connection.write(ByteBuffer.wrap(new byte[] {'x'}));
        ByteBuffer answer = ByteBuffer.allocate(1);
        assertThat(connection.read(answer)).isEqualTo(1);
        assertThat(answer.get(0)).isEqualTo((byte) 'x');
      }
    }
  }

  @Test
  void documentOfOnesOwnWithoutATypeCarriesStandardStreams() throws Exception {
    node.server()
        .aws(
            "ssm",
            "create-document",
            "--name",
            "Pipe",
            "--document-type",
            "Session",
            "--content",
            """
            {"schemaVersion": "1.0", "sessionType": "Port",
             "parameters": {"portNumber": {"type": "String", "allowedPattern": "^[0-9]{1,5}$"}},
             "properties": {"portNumber": "{{ portNumber }}"}}
            """)
        .orFail();
    try (EchoServer echo = new EchoServer()) {
      List<String> command =
          node.server()
              .awsCommand("ssm", "start-session", "--target", OneNode.GUIDES_ID, "--document-name");
      command.addAll(List.of("Pipe", "--parameters", "portNumber=" + echo.port()));
      Process pipe = node.server().shell().start(command);
      try {
        pipe.getOutputStream().write("through the pipe\n".getBytes(StandardCharsets.UTF_8));
        pipe.getOutputStream().flush();

        var _ = new Output(pipe.getInputStream()).expect("through the pipe\n");
      } finally {
        pipe.descendants().forEach(ProcessHandle::destroyForcibly);
        pipe.destroyForcibly();
      }
    }
  }

  @Test
  void answerArrivesAfterTheRequestsEnd() throws Exception {
    assumeTrue(
        Programs.officialPlugin().isEmpty() && Programs.officialAgent().isEmpty(),
        "the official programs close both directions when one ends");
    try (EchoServer echo = new EchoServer();
        PortForward forward = forward(echo.port(), 0);
        Socket socket = forward.connect()) {
      socket.getOutputStream().write(bytes(2));
      socket.shutdownOutput();

      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(bytes(2));
    }
  }
}
