package dev.postern.server.listener;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ListenerHttpTest {
  private final CountDownLatch mayAnswerSlow = new CountDownLatch(1);
  private TestListener server;

  @BeforeEach
  void start() throws Exception {
    server = new TestListener(new Echo());
  }

  @AfterEach
  void stop() {
    mayAnswerSlow.countDown();
    server.close();
  }

  /** Answers with the method, the target and the body. */
  private final class Echo implements HttpHandler {
    @Override
    public HttpAnswer answer(HttpCall call) {
      if (call.target().equals("/fail")) {
        throw new IllegalStateException("on purpose");
      }
      if (call.target().equals("/slow")) {
        try {
          mayAnswerSlow.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
        }
      }
      byte[] head = (call.method() + " " + call.target() + " ").getBytes(StandardCharsets.UTF_8);
      byte[] body = new byte[head.length + call.body().length];
      System.arraycopy(head, 0, body, 0, head.length);
      System.arraycopy(call.body(), 0, body, head.length, call.body().length);
      return new HttpAnswer(
          200, List.of(new HttpCall.Header("Content-Type", "application/octet-stream")), body);
    }

    @Override
    public Upgrade upgrade(HttpCall call) {
      return new Upgrade.Refused(new HttpAnswer(403, List.of(), new byte[0]));
    }

    @Override
    public HttpAnswer tooLong() {
      return new HttpAnswer(413, List.of(), "too long".getBytes(StandardCharsets.UTF_8));
    }
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return server.client().send(request.build(), BodyHandlers.ofByteArray());
  }

  @Test
  void requestAndAnswerKeepTheirBytes() throws Exception {
    byte[] body = new byte[300_000];
    new Random(1).nextBytes(body);

    HttpResponse<byte[]> response =
        send(
            HttpRequest.newBuilder(server.uri("https", "/a%20b?c=%2F"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));

    assertEquals(200, response.statusCode());
    assertEquals(java.net.http.HttpClient.Version.HTTP_1_1, response.version());
    assertTrue(response.headers().firstValue("date").isPresent());
    byte[] expected = "POST /a%20b?c=%2F ".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(expected, java.util.Arrays.copyOf(response.body(), expected.length));
    assertArrayEquals(
        body,
        java.util.Arrays.copyOfRange(response.body(), expected.length, response.body().length));
  }

  @Test
  void chunkedBodyIsJoined() throws Exception {
    String answer =
        exchange(
            RawWebSocket.request(
                    "POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked", "Connection: close")
                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n");

    assertTrue(answer.endsWith("POST / abcde"), answer);
  }

  @Test
  void handlersMistakeIsAnswered500() throws Exception {
    assertEquals(500, send(HttpRequest.newBuilder(server.uri("https", "/fail"))).statusCode());
  }

  @Test
  void headHasLengthAndNoBody() throws Exception {
    String answer = exchange("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    assertTrue(answer.contains("content-length: 8"), answer);
    assertTrue(answer.endsWith("\r\n\r\n"), answer);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    StringBuilder requests = new StringBuilder();
    int count = 2000;
    for (int i = 0; i < count; i++) {
      requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: h\r\n");
      requests.append(i == count - 1 ? "Connection: close\r\n\r\n" : "\r\n");
    }

    String answers = exchange(requests.toString());

    int from = 0;
    for (int i = 0; i < count; i++) {
      int at = answers.indexOf("GET /" + i + " ", from);
      assertTrue(at >= from, "answer " + i);
      from = at + 1;
    }
  }

  @Test
  void continueIsSentWhereExpected() throws Exception {
    try (SSLSocket socket = server.connect()) {
      write(
          socket,
          RawWebSocket.request(
              "POST / HTTP/1.1",
              "Host: h",
              "Content-Length: 2",
              "Expect: 100-continue",
              "Connection: close"));
      String interim = read(socket, "HTTP/1.1 100 Continue\r\n\r\n".length());
      write(socket, "ok");

      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", interim);
      assertTrue(readAll(socket).endsWith("POST / ok"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|GET / HTTP/1.1",
        "400|GET / HTTP/1.1~Host: a~Host: b",
        "400|GET / HTTP/1.1~Host: a b",
        "400|POST / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 2",
        "400|POST / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 1",
        "400|POST / HTTP/1.1~Host: a~Content-Length: +1",
        "400|POST / HTTP/1.1~Host: a~Content-Length: -1",
        "400|POST / HTTP/1.1~Host: a~Content-Length: 1, 1",
        "400|POST / HTTP/1.1~Host: a~Content-Length: 0~Transfer-Encoding: chunked",
        "400|POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 0",
        "400|POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked",
        "400|POST / HTTP/1.1~Host: a~Transfer-Encoding : chunked",
        "400|GET / HTTP/1.1~Host: a~X y: z",
        "400|GET / HTTP/1.1~Host: a~X\u0000y: z",
        "400|GET http://a/ HTTP/1.1~Host: a",
        "400|G(T / HTTP/1.1~Host: a",
        "417|POST / HTTP/1.1~Host: a~Content-Length: 1~Expect: coffee",
        "413|POST / HTTP/1.1~Host: a~Content-Length: 1048577",
        "400|POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip",
        "505|GET / HTTP/2.0~Host: a",
      })
  void ambiguousOrFaultyHeadIsRefusedAndTheConnectionEnds(int status, String head)
      throws Exception {
    String answer =
        exchange(head.replace("~", "\r\n") + "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");

    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    assertEquals(0, answer.lastIndexOf("HTTP/1.1"), answer);
  }

  @Test
  void bothFramingsAreRefusedWhateverTheSpelling() throws Exception {
    for (String encoding : List.of("chunked", "CHUNKED", "identity", "chunked, chunked", "x")) {
      String answer =
          exchange(
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
                  + encoding
                  + "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
      assertTrue(answer.matches("(?s)HTTP/1.1 (400|501) .*"), encoding + ": " + answer);
      assertEquals(-1, answer.indexOf("smuggled"), encoding);
    }
  }

  @Test
  void oversizedPartsAreRefused() throws Exception {
    String line = exchange("GET /" + "a".repeat(17_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    String header = exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(66_000) + "\r\n\r\n");
    String chunks =
        exchange(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + ("10000\r\n" + "a".repeat(65_536) + "\r\n").repeat(17));

    assertTrue(line.startsWith("HTTP/1.1 414 "), line);
    assertTrue(header.startsWith("HTTP/1.1 431 "), header);
    assertTrue(chunks.startsWith("HTTP/1.1 413 "), chunks);
    assertTrue(chunks.endsWith("\r\n\r\ntoo long"), chunks);
  }

  @Test
  void garbageClosesOnlyItsOwnConnection() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] garbage = new byte[1 + random.nextInt(3000)];
      random.nextBytes(garbage);
      try (SSLSocket socket = server.connect()) {
        socket.getOutputStream().write(garbage);
        socket.getOutputStream().flush();
      } catch (IOException closedAlready) {
        assertTrue(closedAlready.getMessage() != null);
      }
    }

    assertEquals(200, send(HttpRequest.newBuilder(server.uri("https", "/"))).statusCode());
  }

  @Test
  void plainTextOnTheTlsPortIsClosed() throws Exception {
    try (java.net.Socket socket =
        new java.net.Socket(
            java.net.InetAddress.getLoopbackAddress(),
            Integer.parseInt(server.authority().split(":", 2)[1]))) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      drain(socket.getInputStream());
    }
    assertEquals(200, send(HttpRequest.newBuilder(server.uri("https", "/"))).statusCode());
  }

  @Test
  void oldTlsIsRefused() throws Exception {
    try (SSLSocket socket = server.connect()) {
      assertThrows(
          Exception.class,
          () -> {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            socket.startHandshake();
          });
    }
  }

  @Test
  void http2IsNotNegotiated() throws Exception {
    try (SSLSocket socket = server.connect()) {
      javax.net.ssl.SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();

      assertEquals("http/1.1", socket.getApplicationProtocol());
    }
  }

  @Test
  void newCertificateServesNewConnections() throws Exception {
    TestCertificate second = TestCertificate.numbered(2);
    server.listener().use(second.forServer());

    try (SSLSocket socket =
        (SSLSocket)
            second
                .trust()
                .getSocketFactory()
                .createSocket("localhost", Integer.parseInt(server.authority().split(":", 2)[1]))) {
      socket.startHandshake();
      assertEquals(second.certificate(), socket.getSession().getPeerCertificates()[0]);
    }
  }

  @Test
  void closeLetsARunningRequestFinish() throws Exception {
    try (SSLSocket socket = server.connect()) {
      write(socket, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
      Thread closer = Thread.ofVirtual().start(() -> server.listener().close());
      mayAnswerSlow.countDown();

      String answer = readAll(socket);

      closer.join();
      assertTrue(answer.isEmpty() || answer.endsWith("GET /slow "), answer);
    }
    assertEquals(0, server.listener().connectionCount());
  }

  private String exchange(String bytes) throws IOException {
    try (SSLSocket socket = server.connect()) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  write(socket, bytes);
                } catch (IOException closedByServer) {
                  // the answer tells more than this end of the connection
                }
              });
      String answer = readAll(socket);
      writer.interrupt();
      return answer;
    }
  }

  private static void write(SSLSocket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String read(SSLSocket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
  }

  private static String readAll(SSLSocket socket) throws IOException {
    return new String(drain(socket.getInputStream()), StandardCharsets.ISO_8859_1);
  }

  private static byte[] drain(InputStream in) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    byte[] part = new byte[8192];
    try {
      for (int count = in.read(part); count >= 0; count = in.read(part)) {
        all.write(part, 0, count);
      }
    } catch (IOException reset) {
      return all.toByteArray();
    }
    return all.toByteArray();
  }
}
