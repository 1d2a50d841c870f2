package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.postern.aws.HttpRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client against Netty's server, plain and over TLS. */
@Timeout(60)
final class WebSocketTest {
  @TempDir private static Path directory;
  private static NettyServer plainServer;
  private static NettyServer tlsServer;
  private static Trust trust;

  @BeforeAll
  static void startServers() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    trust = Trust.withBundle(Files.writeString(directory.resolve("ca.pem"), certificates.pem()));
    plainServer = new NettyServer(null);
    tlsServer = new NettyServer(certificates);
  }

  @AfterAll
  static void stopServers() {
    plainServer.close();
    tlsServer.close();
  }

  private static WebSocket connect(boolean tls) throws IOException {
    return WebSocketClient.connect(
        (tls ? tlsServer : plainServer).uri(),
        Map.of("x-a", List.of("b")),
        trust,
        ProxySettings.DIRECT,
        WebSocketLimits.AGENT);
  }

  private static String text(ByteBuffer message) {
    return UTF_8.decode(message).toString();
  }

  /** After a call by the same client; how many connections both took. */
  private static int connectionsFor(boolean tls, String callPath) throws IOException {
    NettyServer server = tls ? tlsServer : plainServer;
    int before = server.connections();
    URI socketUri = server.uri();
    URI callUri = URI.create(socketUri.toString().replaceFirst("^ws", "http")).resolve(callPath);
    try (HttpsClient client = new HttpsClient(trust, ProxySettings.DIRECT)) {
      assertThat(client.exchange(new HttpRequest("GET", callUri, Map.of(), new byte[0])).status())
          .isEqualTo(204);
      try (WebSocket socket = client.connectWebSocket(socketUri, Map.of(), WebSocketLimits.AGENT)) {
        socket.sendText("hello");
        assertThat(text(socket.receive())).isEqualTo("hello");
      }
    }
    return server.connections() - before;
  }

  @Test
  void socketGoesOverTheConnectionOfTheCallBefore() throws IOException {
    assertThat(connectionsFor(true, "/call")).isEqualTo(1);
  }

  @Test
  void socketWithoutTlsHasAConnectionOfItsOwn() throws IOException {
    assertThat(connectionsFor(false, "/call")).isEqualTo(2);
  }

  @Test
  void connectionThatEndedAfterTheCallIsNoFailure() throws IOException {
    assertThat(connectionsFor(true, "/last")).isEqualTo(2);
  }

  @Test
  void refusalOnTheConnectionOfTheCallBeforeIsTheServersAnswer() throws IOException {
    int before = tlsServer.connections();
    URI root = URI.create(tlsServer.uri().toString().replaceFirst("^ws", "http")).resolve("/");
    try (HttpsClient client = new HttpsClient(trust, ProxySettings.DIRECT)) {
      var _ = client.exchange(new HttpRequest("GET", root, Map.of(), new byte[0]));
      assertThatExceptionOfType(UpgradeRefused.class)
          .isThrownBy(() ->
              client.connectWebSocket(
                  tlsServer.uri().resolve("/call"), Map.of(), WebSocketLimits.AGENT));
    }
    assertThat(tlsServer.connections() - before).isEqualTo(1);
  }

  @Test
  void closedClientOpensNoSocket() {
    HttpsClient client = new HttpsClient(trust, ProxySettings.DIRECT);
    client.close();
    assertThatIOException()
        .isThrownBy(
            () -> client.connectWebSocket(tlsServer.uri(), Map.of(), WebSocketLimits.AGENT));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messagesOfAnySizeComeBack(boolean tls) throws IOException {
    try (WebSocket socket = connect(tls)) {
      for (int length : new int[] {0, 1, 125, 126, 1024, 65_535, 65_536, 1 << 20}) {
        byte[] message = new byte[length];
        new Random(length).nextBytes(message);
        int cut = length / 2;
        socket.send(ByteBuffer.wrap(message, 0, cut), ByteBuffer.wrap(message, cut, length - cut));
        assertThat(socket.receive()).isEqualTo(ByteBuffer.wrap(message));
      }
      socket.sendText("grüße 🚪");
      assertThat(text(socket.receive())).isEqualTo("grüße 🚪");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sendersAtTheSameTimeDoNotMixTheirMessages(boolean tls) throws Exception {
    try (WebSocket socket = connect(tls)) {
      List<Thread> senders = new ArrayList<>();
      List<IOException> failures = new CopyOnWriteArrayList<>();
      for (int sender = 0; sender < 4; sender++) {
        byte[] message = new byte[3000 * (sender + 1)];
        Arrays.fill(message, (byte) sender);
        senders.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    for (int i = 0; i < 200; i++) {
                      socket.send(ByteBuffer.wrap(message));
                    }
                  } catch (IOException e) {
                    failures.add(e);
                  }
                }));
      }
      Map<Integer, Integer> counts = new HashMap<>();
      for (int i = 0; i < 800; i++) {
        ByteBuffer message = socket.receive();
        int sender = message.get(0);
        assertThat(message.remaining()).isEqualTo(3000 * (sender + 1));
        counts.merge(sender, 1, Integer::sum);
      }
      for (Thread sender : senders) {
        sender.join();
      }
      assertThat(failures).isEmpty();
      assertThat(counts.values()).containsExactly(200, 200, 200, 200);
    }
  }

  @Test
  void fragmentsWithAPingBetweenThemAreOneMessage() throws IOException {
    try (WebSocket socket = connect(false)) {
      socket.sendText("fragments");

      assertThat(text(socket.receive())).isEqualTo("abc");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void orderlyCloseOfThePeerIsNoError(boolean tls) throws IOException {
    try (WebSocket socket = connect(tls)) {
      socket.sendText("close");

      assertThat(socket.receive()).isNull();
      assertThat(socket.receive()).isNull();
      assertThat(socket.peerClose()).isEqualTo(new WebSocket.PeerClose(4000, "as asked"));
      assertThatIOException().isThrownBy(() -> socket.sendText("late"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closeWakesAReader(boolean tls) throws Exception {
    WebSocket socket = connect(tls);
    List<IOException> failures = new ArrayList<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                socket.receive();
              } catch (IOException e) {
                failures.add(e);
              }
            });
    while (reader.getState() == Thread.State.NEW || !isInSocket(reader)) {
      Thread.onSpinWait();
    }
    socket.close();
    reader.join();

    assertThat(failures)
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessage("the WebSocket was closed on this side"));
    socket.close();
  }

  static boolean isInSocket(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals("sun.nio.ch.NioSocketImpl")) {
        return true;
      }
    }
    return false;
  }
}
