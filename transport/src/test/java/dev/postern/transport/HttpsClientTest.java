package dev.postern.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end with CR LF
@Timeout(30)
final class HttpsClientTest {
  private static final HttpLimits SHORT =
      new HttpLimits(Duration.ofSeconds(5), Duration.ofMillis(300), 4096, 10_000);

  private HttpsClient client;

  @BeforeEach
  void openClient() throws IOException {
    client = new HttpsClient(Trust.system(), ProxySettings.DIRECT);
  }

  @AfterEach
  void closeClient() {
    client.close();
  }

  private static HttpRequest request(String method, URI uri, String body) {
    return new HttpRequest(method, uri, Map.of("x-a", List.of("1", "2")), body.getBytes(UTF_8));
  }

  private static HttpRequest get(URI uri) {
    return request("GET", uri, "");
  }

  private static String text(HttpResponse response) {
    return new String(response.body(), UTF_8);
  }

  private static ScriptedServer answering(String answer) throws IOException {
    return new ScriptedServer(peer -> {
      peer.readHead();
      peer.write(answer);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 70_000, 3_000_000})
  void bodiesGoBothWaysWithAnyLength(int length) throws IOException {
    byte[] body = new byte[length];
    new Random(1).nextBytes(body);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] received = exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().add("X-Seen", exchange.getRequestURI().toString());
          // Length 0 means chunked to this server.
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(received);
          exchange.close();
        });
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/a%20b?c=%2F");
      for (int i = 0; i < 3; i++) {
        HttpResponse response = client.exchange(new HttpRequest("POST", uri, Map.of(), body));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(body);
        assertThat(response.header("x-seen")).isEqualTo("/a%20b?c=%2F");
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void requestIsWrittenAsItStands() throws IOException {
    AtomicReference<String> head = new AtomicReference<>("");
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          head.set(peer.readHead());
          peer.write("HTTP/1.1 204 No Content\r\n\r\n");
        })) {
      client.exchange(request("POST", server.uri("http"), ""));

      assertThat(head.get())
          .isEqualTo(
              "POST /a%2Fb?c=d+e HTTP/1.1\r\nHost: 127.0.0.1:"
                  + server.port()
                  + "\r\nx-a: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n");
    }
  }

  @Test
  void interimAnswersArePassedOver() throws IOException {
    try (ScriptedServer server =
        answering(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      HttpResponse response = client.exchange(get(server.uri("http")));

      assertThat(text(response)).isEqualTo("ok");
      assertThat(response.headers()).containsOnlyKeys("content-length");
    }
  }

  @Test
  void chunkedBodyWithExtensionsAndTrailerIsDecoded() throws IOException {
    String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    String body = "3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n";
    try (ScriptedServer server = answering(head + body)) {
      assertThat(text(client.exchange(get(server.uri("http"))))).isEqualTo("abc0123456789");
    }
  }

  @Test
  void bodyWithoutLengthEndsWithTheConnection() throws IOException {
    try (ScriptedServer server = answering("HTTP/1.0 200 OK\r\n\r\nall of it")) {
      assertThat(text(client.exchange(get(server.uri("http"))))).isEqualTo("all of it");
    }
  }

  @Test
  void answerToHeadHasNoBody() throws IOException {
    try (ScriptedServer server = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")) {
      HttpResponse response = client.exchange(request("HEAD", server.uri("http"), ""));

      assertThat(response.body()).isEmpty();
      assertThat(response.header("content-length")).isEqualTo("9");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nA:",
      })
  void brokenAnswersAreRefused(String answer) throws IOException {
    try (ScriptedServer server = answering(answer)) {
      assertThatIOException().isThrownBy(() -> client.exchange(get(server.uri("http"))));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 10001\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\n",
        "Connection: close\r\n\r\n"
      })
  void bodyBeyondTheLimitIsRefused(String start) throws IOException {
    HttpsClient strict = new HttpsClient(Trust.system(), ProxySettings.DIRECT, SHORT);
    try (ScriptedServer server =
            answering("HTTP/1.1 200 OK\r\n" + start + "x".repeat(10_001) + "\r\n");
        strict) {
      assertThatIOException()
          .isThrownBy(() -> strict.exchange(get(server.uri("http"))))
          .withMessageContaining("longer than 10000 bytes");
    }
  }

  @Test
  void headerBeyondTheLimitIsRefused() throws IOException {
    HttpsClient strict = new HttpsClient(Trust.system(), ProxySettings.DIRECT, SHORT);
    try (ScriptedServer server = answering("HTTP/1.1 200 OK\r\nA: " + "x".repeat(5000) + "\r\n");
        strict) {
      assertThatIOException()
          .isThrownBy(() -> strict.exchange(get(server.uri("http"))))
          .withMessageContaining("header bytes");
    }
  }

  @Test
  void serverThatDripsIsGivenUpInTime() throws IOException {
    HttpsClient strict = new HttpsClient(Trust.system(), ProxySettings.DIRECT, SHORT);
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedServer server =
            new ScriptedServer(peer -> {
              peer.readHead();
              peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n");
              while (!over.await(50, TimeUnit.MILLISECONDS)) {
                peer.write("x");
              }
            });
        strict) {
      assertThatExceptionOfType(SocketTimeoutException.class)
          .isThrownBy(() -> strict.exchange(get(server.uri("http"))));
      over.countDown();
    }
  }

  @Test
  void serverThatDoesNotTakeALargeRequestIsGivenUpInTime() throws IOException {
    HttpsClient strict = new HttpsClient(Trust.system(), ProxySettings.DIRECT, SHORT);
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedServer server = new ScriptedServer(_ -> over.await());
        strict) {
      byte[] body = new byte[32 << 20];
      assertThatIOException()
          .isThrownBy(
              () -> strict.exchange(new HttpRequest("POST", server.uri("http"), Map.of(), body)));
      over.countDown();
    }
  }

  @Test
  void connectionIsUsedAgain() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          while (true) {
            peer.readHead();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + peer.number());
          }
        })) {
      for (int i = 0; i < 5; i++) {
        assertThat(text(client.exchange(get(server.uri("http"))))).isEqualTo("1");
      }
    }
  }

  @Test
  void connectionThatTheServerClosedMeanwhileIsReplaced() throws Exception {
    try (ScriptedServer server = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      for (int i = 0; i < 5; i++) {
        assertThat(client.exchange(request("POST", server.uri("http"), "x")).status())
            .isEqualTo(200);
        server.awaitClosed();
      }
    }
  }

  @Test
  void repeatableRequestIsSentAgainWhenTheKeptConnectionDies() throws IOException {
    try (ScriptedServer server = dyingAtItsSecondRequest()) {
      client.exchange(get(server.uri("http")));

      assertThat(text(client.exchange(get(server.uri("http"))))).isEqualTo("2");
    }
  }

  @Test
  void requestThatMayHaveBeenDoneIsNotSentAgain() throws IOException {
    try (ScriptedServer server = dyingAtItsSecondRequest()) {
      client.exchange(get(server.uri("http")));

      assertThatIOException()
          .isThrownBy(() -> client.exchange(request("POST", server.uri("http"), "x")));
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void requestThatMayBeMadeTwiceLeavesAKeptConnectionThatDiesOrSaysNothing() throws IOException {
    try (ScriptedServer dying = dyingAtItsSecondRequest();
        ScriptedServer silent =
            new ScriptedServer(peer -> {
              peer.readHead();
              peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + peer.number());
              peer.awaitEnd();
            })) {
      Exchange repeating = client.repeating(Duration.ofMillis(200));
      for (ScriptedServer server : List.of(dying, silent)) {
        for (int i = 1; i <= 3; i++) {
          HttpResponse answer = repeating.exchange(request("POST", server.uri("http"), "x"));
          assertThat(text(answer)).isEqualTo(String.valueOf(i));
        }
      }
    }
  }

  private static ScriptedServer dyingAtItsSecondRequest() throws IOException {
    return new ScriptedServer(peer -> {
      peer.readHead();
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + peer.number());
      peer.readHead();
    });
  }

  @Test
  void closingEndsACallUnderWay() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ScriptedServer server =
        new ScriptedServer(peer -> {
          peer.readHead();
          asked.countDown();
          peer.awaitEnd();
        })) {
      AtomicReference<Exception> failure = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.exchange(get(server.uri("http")));
                } catch (IOException e) {
                  failure.set(e);
                }
              });
      asked.await();
      client.close();
      caller.join();

      assertThat(failure.get()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void unreachableServerIsNamed() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }

    assertThatIOException()
        .isThrownBy(() -> client.exchange(get(URI.create("http://127.0.0.1:" + port + "/"))))
        .withMessage("127.0.0.1:" + port + " cannot be reached: connection refused");
    assertThatIOException()
        .isThrownBy(() -> client.exchange(get(URI.create("http://name.invalid/"))))
        .withMessage("name.invalid:80: host name cannot be resolved");
  }

  @Test
  void requestsThatCannotBeSentAreMisuse() {
    URI uri = URI.create("http://localhost:1/");
    for (String name : List.of("host", "content-length", "Transfer-Encoding", "a b", "")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              client.exchange(
                  new HttpRequest("GET", uri, Map.of(name, List.of("1")), new byte[0])));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            client.exchange(
                new HttpRequest("GET", uri, Map.of("a", List.of("b\r\nc: d")), new byte[0])));
    for (String other : List.of("ftp://localhost/", "ws://localhost/", "http://u:p@localhost/")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.exchange(get(URI.create(other))));
    }
  }
}
