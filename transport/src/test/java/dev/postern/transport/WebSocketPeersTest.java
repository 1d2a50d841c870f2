package dev.postern.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client against servers that do what no proper server does. */
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end with CR LF
@Timeout(60)
final class WebSocketPeersTest {
  private static final Keepalive QUIET =
      new Keepalive(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

  private static WebSocket connect(ScriptedServer server, WebSocketLimits limits)
      throws IOException {
    return WebSocketClient.connect(
        server.uri("ws"), Map.of(), Trust.system(), ProxySettings.DIRECT, limits);
  }

  private static WebSocket connect(ScriptedServer server) throws IOException {
    return connect(server, WebSocketLimits.withKeepalive(QUIET));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource({"c200, 1002", "8280 00000000, 1002", "8101ff, 1007", "827f4000000000000000, 1009"})
  void brokenFramesAreAnsweredWithTheirCloseCode(String frames, int code) throws Exception {
    BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              peer.write(hex(frames));
              answers.add(peer.readFrame());
            });
        WebSocket socket = connect(server)) {
      assertThatExceptionOfType(FramingException.class).isThrownBy(socket::receive);
      assertThatIOException().isThrownBy(() -> socket.sendText("late"));
      assertThatIOException().isThrownBy(socket::receive);

      assertThat(answers.poll(10, TimeUnit.SECONDS))
          .isEqualTo(ByteBuffer.allocate(3).put((byte) 0x88).putShort((short) code).array());
    }
  }

  @Test
  void pingIsAnsweredWithItsPayloadWhileNothingElseHappens() throws Exception {
    BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              peer.write(hex("8902 7071"));
              answers.add(peer.readFrame());
              peer.write(hex("8201 01"));
              peer.awaitEnd();
            });
        WebSocket socket = connect(server)) {
      assertThat(socket.receive()).isEqualTo(ByteBuffer.wrap(new byte[] {1}));
      assertThat(answers.take()).isEqualTo(hex("8a 7071"));
    }
  }

  @Test
  void closeIsAnsweredWithItsCode() throws Exception {
    BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              peer.write(hex("8805 03f0 627965"));
              answers.add(peer.readFrame());
              assertThat(peer.in().read()).isEqualTo(-1);
              answers.add(new byte[0]);
            });
        WebSocket socket = connect(server)) {
      assertThat(socket.receive()).isNull();
      assertThat(socket.peerClose()).isEqualTo(new WebSocket.PeerClose(1008, "bye"));
      assertThat(answers.take()).isEqualTo(hex("88 03f0"));
      assertThat(answers.take()).isEmpty();
    }
  }

  @Test
  void lostConnectionIsAnError() throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              peer.write(hex("8201"));
            });
        WebSocket socket = connect(server)) {
      assertThatExceptionOfType(EOFException.class).isThrownBy(socket::receive);
    }
  }

  @Test
  void lastWordsOfAPeerThatTakesNoMoreAreStillRead() throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              peer.write(hex("8201 61"));
              // Closing with unread bytes resets the connection.
              peer.in().readByte();
            });
        WebSocket socket = connect(server)) {
      assertThatIOException()
          .isThrownBy(() -> {
            while (true) {
              socket.send(ByteBuffer.allocate(100_000));
            }
          });

      assertThat(socket.receive()).isEqualTo(ByteBuffer.wrap(new byte[] {'a'}));
      assertThatIOException().isThrownBy(socket::receive);
    }
  }

  @Test
  void messageDirectlyBehindTheUpgradeIsNotLost() throws IOException {
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              String key = ScriptedServer.Peer.key(peer.readHead());
              peer.write(
                  "HTTP/1.1 101 x\r\nupgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n"
                      + "sec-websocket-accept: "
                      + WebSocketClient.expectedAccept(key)
                      + "\r\n\r\n\u0081\u0002hi");
              peer.awaitEnd();
            });
        WebSocket socket = connect(server)) {
      assertThat(UTF_8.decode(socket.receive()).toString()).isEqualTo("hi");
    }
  }

  @Test
  void pingsGoOutByThemselvesFirstOneAtOnce() throws Exception {
    BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
    Keepalive often = new Keepalive(Duration.ZERO, Duration.ofMillis(20), Duration.ofSeconds(20));
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              while (true) {
                frames.add(peer.readFrame());
              }
            });
        WebSocket _ = connect(server, WebSocketLimits.withKeepalive(often))) {
      for (int i = 0; i < 3; i++) {
        assertThat(new String(frames.take(), ISO_8859_1)).isEqualTo("\u0089keepalive");
      }
    }
  }

  @Test
  void signOfLifeIsAskedForBeforeItsTime() throws Exception {
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              byte[] ping = peer.readFrame();
              peer.write(
                  ByteBuffer.allocate(ping.length + 1)
                      .put((byte) 0x8A)
                      .put((byte) (ping.length - 1))
                      .put(ping, 1, ping.length - 1)
                      .array());
              peer.awaitEnd();
            });
        WebSocket socket = connect(server)) {
      Thread _ =
          Thread.ofVirtual()
              .start(() ->
                  assertThatIOException()
                      .isThrownBy(socket::receive)
                      .withMessageContaining("closed on this side"));

      assertThat(socket.isAnswering(Duration.ofSeconds(20))).isTrue();
      assertThat(socket.isAnswering(Duration.ofMillis(100))).isFalse();
    }
  }

  @Test
  void peerThatAnswersNoPingIsGivenUpAlsoWhileAWriterIsStuck() throws Exception {
    Keepalive impatient =
        new Keepalive(Duration.ofMillis(200), Duration.ofHours(1), Duration.ofMillis(200));
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.upgrade();
              over.await();
            });
        WebSocket socket = connect(server, WebSocketLimits.withKeepalive(impatient))) {
      Thread writer = stuckWriter(socket);
      assertThatIOException()
          .isThrownBy(socket::receive)
          .withMessageContaining("not answered a ping");
      writer.join();
      over.countDown();
    }
  }

  @Test
  void closeWakesAStuckWriter() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          peer.upgrade();
          over.await();
        })) {
      WebSocket socket = connect(server);
      Thread writer = stuckWriter(socket);
      while (!WebSocketTest.isInSocket(writer)) {
        Thread.onSpinWait();
      }
      socket.close();
      writer.join();
      over.countDown();
    }
  }

  /** A thread that sends until the connection is over. */
  private static Thread stuckWriter(WebSocket socket) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            while (true) {
              socket.send(ByteBuffer.allocate(1 << 20));
            }
          } catch (IOException e) {
            // The end that the test waits for.
          }
        });
  }

  @Test
  void refusedUpgradeCarriesStatusHeadersAndBody() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          peer.readHead();
          peer.write(
              "HTTP/1.1 403 Forbidden\r\nX-Why: because\r\nContent-Length: 70000\r\n\r\n"
                  + "no".repeat(35_000));
        })) {
      UpgradeRefused refused = catchThrowableOfType(UpgradeRefused.class, () -> connect(server));

      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.response().header("x-why")).isEqualTo("because");
      assertThat(refused.response().body()).hasSize(UpgradeRefused.BODY_BYTES_MAX);
      assertThat(refused).hasMessageContaining("403");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket\r\nConnection: Upgrade\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: abc\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n",
        "Upgrade: websocket\r\nSec-WebSocket-Accept: $\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n"
            + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n"
            + "Sec-WebSocket-Protocol: chat\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $\r\n"
            + "Sec-WebSocket-Accept: $\r\n",
      })
  void upgradeThatWasNotAskedForIsRefused(String headers) throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          String accept = WebSocketClient.expectedAccept(ScriptedServer.Peer.key(peer.readHead()));
          peer.write("HTTP/1.1 101 x\r\n" + headers.replace("$", accept) + "\r\n");
          peer.awaitEnd();
        })) {
      assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> connect(server));
    }
  }

  @Test
  void silentServerIsGivenUpInTime() throws IOException {
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::awaitEnd)) {
      WebSocketLimits limits =
          WebSocketLimits.withKeepalive(QUIET).withConnectTimeout(Duration.ofMillis(200));

      assertThatIOException()
          .isThrownBy(() -> connect(server, limits))
          .withMessageContaining("took too long");
    }
  }

  @Test
  void silentServerIsGivenUpInTimeDuringTls() throws IOException {
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::awaitEnd)) {
      WebSocketLimits limits =
          WebSocketLimits.withKeepalive(QUIET).withConnectTimeout(Duration.ofMillis(200));

      assertThatIOException()
          .isThrownBy(() ->
              WebSocketClient.connect(
                  server.uri("wss"), Map.of(), Trust.system(), ProxySettings.DIRECT, limits))
          .withMessageContaining("took too long");
    }
  }

  @Test
  void headersOfTheProtocolAreNotTheCallersToSet() {
    for (String name : List.of("Sec-WebSocket-Protocol", "upgrade", "host")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              WebSocketClient.connect(
                  URI.create("ws://localhost:1/"),
                  Map.of(name, List.of("x")),
                  Trust.system(),
                  ProxySettings.DIRECT,
                  WebSocketLimits.AGENT));
    }
  }
}
