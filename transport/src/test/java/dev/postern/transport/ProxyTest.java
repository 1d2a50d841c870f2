package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.postern.aws.HttpRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The name {@code server.test} resolves nowhere: only the proxy knows where it is. */
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end with CR LF
@Timeout(60)
final class ProxyTest {
  private static URI renamed(URI uri) {
    return URI.create(uri.getScheme() + "://server.test:" + uri.getPort() + uri.getRawPath());
  }

  private static HttpRequest get(URI uri) {
    return new HttpRequest("GET", uri, Map.of(), new byte[0]);
  }

  @Test
  void webSocketOverTlsGoesThroughATunnel() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    try (NettyServer server = new NettyServer(certificates);
        ConnectProxy proxy = new ConnectProxy(null);
        WebSocket socket =
            WebSocketClient.connect(
                renamed(server.uri()),
                Map.of(),
                Trust.only(List.of(certificates.certificate())),
                proxy.settings(),
                WebSocketLimits.AGENT)) {
      socket.send(ByteBuffer.wrap(new byte[100_000]));

      assertThat(socket.receive()).isEqualTo(ByteBuffer.allocate(100_000));
      assertThat(proxy.heads)
          .containsExactly(
              "CONNECT server.test:%d HTTP/1.1\r\nHost: server.test:%<d\r\n%s\r\n\r\n"
                  .formatted(server.uri().getPort(), "Proxy-Authorization: Basic dXNlcjpwQHNz"));
    }
  }

  @Test
  void plainWebSocketGoesThroughATunnelToo() throws Exception {
    try (NettyServer server = new NettyServer(null);
        ConnectProxy proxy = new ConnectProxy(null);
        WebSocket socket =
            WebSocketClient.connect(
                renamed(server.uri()),
                Map.of(),
                Trust.system(),
                proxy.settings(),
                WebSocketLimits.AGENT)) {
      socket.sendText("through");

      assertThat(UTF_8.decode(socket.receive()).toString()).isEqualTo("through");
    }
  }

  @Test
  void pingsKeepATunnelThatTheProxyWouldCutForSilence() throws Exception {
    Keepalive often =
        new Keepalive(Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofSeconds(30));
    Keepalive never = new Keepalive(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
    try (NettyServer server = new NettyServer(null);
        ConnectProxy proxy = new ConnectProxy(null, Duration.ofSeconds(2));
        WebSocket pinged = connect(server, proxy, often);
        WebSocket silent = connect(server, proxy, never)) {
      CompletableFuture<ByteBuffer> heard = new CompletableFuture<>();
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  heard.complete(pinged.receive());
                } catch (IOException lost) {
                  heard.completeExceptionally(lost);
                }
              });

      assertThatIOException().isThrownBy(silent::receive);
      pinged.sendText("still here");

      assertThat(UTF_8.decode(heard.get(20, TimeUnit.SECONDS)).toString()).isEqualTo("still here");
      reader.join();
      assertThat(proxy.accepted()).isEqualTo(2);
    }
  }

  private static WebSocket connect(NettyServer server, ConnectProxy proxy, Keepalive keepalive)
      throws IOException {
    return WebSocketClient.connect(
        renamed(server.uri()),
        Map.of(),
        Trust.system(),
        proxy.settings(),
        WebSocketLimits.withKeepalive(keepalive));
  }

  @Test
  void agentPingsBeforeAProxyThatWaitsAMinuteCuts() {
    assertThat(Keepalive.AGENT.firstAfter()).isLessThan(Duration.ofSeconds(60));
    assertThat(Keepalive.AGENT.interval()).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void plainHttpIsForwardedByTheProxyItself() throws IOException {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    try (ConnectProxy proxy = new ConnectProxy(answer);
        HttpsClient client = new HttpsClient(Trust.system(), proxy.settings())) {
      client.exchange(get(URI.create("http://server.test/a?b")));

      assertThat(proxy.heads)
          .containsExactly(
              "GET http://server.test/a?b HTTP/1.1\r\nHost: server.test\r\n"
                  + "Proxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n");
    }
  }

  @Test
  void refusalOfTheProxyIsSaidSoWithoutThePassword() throws IOException {
    try (ConnectProxy proxy =
            new ConnectProxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        HttpsClient client = new HttpsClient(Trust.system(), proxy.settings())) {
      assertThatIOException()
          .isThrownBy(() -> client.exchange(get(URI.create("https://server.test/"))))
          .withMessage(
              "proxy %s refused a connection to server.test:443: HTTP status 407", proxy.address());
    }
  }

  @Test
  void proxyThatTalksIntoTheTunnelIsRefused() throws IOException {
    try (ConnectProxy proxy = new ConnectProxy("HTTP/1.1 200 OK\r\n\r\nadvertisement");
        HttpsClient client = new HttpsClient(Trust.system(), proxy.settings())) {
      assertThatIOException()
          .isThrownBy(() -> client.exchange(get(URI.create("https://server.test/"))))
          .withMessageContaining("data of its own");
    }
  }

  @Test
  void unreachableProxyIsNamed() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    ProxySettings settings =
        ProxySettings.fromEnvironment(Map.of("https_proxy", "127.0.0.1:" + port));
    try (HttpsClient client = new HttpsClient(Trust.system(), settings)) {
      assertThatIOException()
          .isThrownBy(() -> client.exchange(get(URI.create("https://server.test/"))))
          .withMessage("proxy 127.0.0.1:%s cannot be reached: connection refused", port);
    }
  }

  @Test
  void tunnelThatTheProxyCutWhileUnusedIsReplaced() throws Exception {
    TestCertificates certificates = TestCertificates.valid();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(certificates.serverContext()));
    server.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    server.start();
    try (ConnectProxy proxy = new ConnectProxy(null);
        HttpsClient client =
            new HttpsClient(Trust.only(List.of(certificates.certificate())), proxy.settings())) {
      URI uri = URI.create("https://server.test:" + server.getAddress().getPort() + "/");
      client.exchange(get(uri));
      client.exchange(get(uri));
      proxy.cutTunnels();

      assertThat(client.exchange(new HttpRequest("POST", uri, Map.of(), new byte[0])).status())
          .isEqualTo(204);
      assertThat(proxy.accepted()).isEqualTo(2);
    } finally {
      server.stop(0);
    }
  }
}
