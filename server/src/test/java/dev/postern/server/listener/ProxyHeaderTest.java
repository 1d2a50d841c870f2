package dev.postern.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes as HAProxy's proxy-protocol.txt section 2.2 writes them, before a real TLS handshake. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final int READ_TIMEOUT_MS = 20_000;

  /** From 203.0.113.7 port 4711 to 192.0.2.1 port 443. */
  private static final String IPV4 = SIGNATURE + "21" + "11" + "000c" + "cb007107c0000201126701bb";

  private TestListener trusting;
  private TestListener trustingNobody;

  @BeforeEach
  void start() throws Exception {
    trusting =
        new TestListener(
            new WhoCalls(), new EventLoops(1), List.of(AddressRange.parse("127.0.0.0/8")));
    trustingNobody = new TestListener(new WhoCalls(), new EventLoops(1));
  }

  @AfterEach
  void stop() {
    trusting.close();
    trustingNobody.close();
  }

  /** Answers with the caller's address and Host. */
  private static final class WhoCalls implements HttpHandler {
    @Override
    public HttpAnswer answer(HttpCall call) {
      String text = call.remote().getAddress().getHostAddress() + " " + call.header("host") + "\n";
      return new HttpAnswer(200, List.of(), text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Upgrade upgrade(HttpCall call) {
      return new Upgrade.Refused(answer(call));
    }
  }

  @Test
  void addressOfATrustedProxysHeaderIsTheClients() throws Exception {
    assertThat(ask(trusting, IPV4)).isEqualTo("203.0.113.7 localhost");
  }

  @Test
  void ipv6AndFurtherFieldsAreRead() throws Exception {
    String source = "20010db8000000000000000000000007";
    String addresses = source + "20010db8000000000000000000000001" + "126701bb";
    String tlv = "04" + "0003" + "000000";

    assertThat(ask(trusting, SIGNATURE + "21" + "21" + "002a" + addresses + tlv))
        .isEqualTo("2001:db8:0:0:0:0:0:7 localhost");
  }

  @Test
  void headerInPiecesIsRead() throws Exception {
    try (Socket socket = connect(trusting)) {
      OutputStream out = socket.getOutputStream();
      for (byte each : HexFormat.of().parseHex(IPV4)) {
        out.write(each);
        out.flush();
      }
      assertThat(get(trusting, socket)).isEqualTo("203.0.113.7 localhost");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"20" + "00" + "0000", "20" + "11" + "000c" + "cb007107c0000201126701bb"})
  void localCommandMeansTheProxyItself(String rest) throws Exception {
    assertThat(ask(trusting, SIGNATURE + rest)).isEqualTo("127.0.0.1 localhost");
  }

  @Test
  void unknownFamilyMeansTheProxyItself() throws Exception {
    assertThat(ask(trusting, SIGNATURE + "21" + "00" + "0000")).isEqualTo("127.0.0.1 localhost");
  }

  @Test
  void trustedProxyMaySpeakTlsAtOnce() throws Exception {
    assertThat(ask(trusting, "")).isEqualTo("127.0.0.1 localhost");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SIGNATURE + "31" + "11" + "000c" + "cb007107c0000201126701bb", // version 3
        SIGNATURE + "22" + "11" + "000c" + "cb007107c0000201126701bb", // an unknown command
        SIGNATURE + "21" + "11" + "0004" + "cb007107", // too short for its family
        SIGNATURE + "21" + "12" + "000c" + "cb007107c0000201126701bb", // UDP
        SIGNATURE + "21" + "11" + "ffff", // longer than allowed
        "0d0a0d0a000d0a515549540b" + "2111000ccb007107c0000201126701bb" + "0d0a", // no signature
        "50524f58592054435034203230332e302e3131332e37203139322e302e322e31203437313120343433"
            + "0d0a", // version 1
        "474554202f20485454502f312e310d0a0d0a", // plain HTTP
      })
  void anythingElseOfATrustedProxyEndsItsConnection(String bytes) throws Exception {
    try (Socket socket = connect(trusting)) {
      socket.getOutputStream().write(HexFormat.of().parseHex(bytes));

      assertThat(isClosed(socket)).isTrue();
    }
  }

  @Test
  void headerOfAnUntrustedPeerEndsItsConnection() throws Exception {
    try (Socket socket = connect(trustingNobody)) {
      socket.getOutputStream().write(HexFormat.of().parseHex(IPV4));

      assertThat(isClosed(socket)).isTrue();
    }
  }

  @Test
  void clientBehindTheHeaderCannotForwardAnything() throws Exception {
    assertThat(ask(trusting, IPV4, "X-Forwarded-For: 198.51.100.1", "X-Forwarded-Host: other"))
        .isEqualTo("203.0.113.7 localhost");
  }

  @Test
  void trustedProxyForwardsHeaders() throws Exception {
    assertThat(ask(trusting, "", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-Host: other"))
        .isEqualTo("198.51.100.1 other");
    assertThat(ask(trustingNobody, "", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-Host: other"))
        .isEqualTo("127.0.0.1 localhost");
  }

  @Test
  void upgradesSeeTheClientToo() throws Exception {
    assertThat(
            ask(
                trusting,
                IPV4,
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="))
        .isEqualTo("203.0.113.7 localhost");
  }

  @Test
  void contradictoryHeadersAreABadRequest() throws Exception {
    try (Socket socket = connect(trusting)) {
      String head =
          exchange(
              trusting, socket, "X-Forwarded-For: 198.51.100.1\r\nForwarded: for=198.51.100.2\r\n");

      assertThat(head).startsWith("HTTP/1.1 400 ");
    }
  }

  private static Socket connect(TestListener to) throws IOException {
    Socket socket = new Socket(to.address().getAddress(), to.address().getPort());
    socket.setSoTimeout(READ_TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static String ask(TestListener listener, String headerHex, String... headers)
      throws Exception {
    try (Socket socket = connect(listener)) {
      socket.getOutputStream().write(HexFormat.of().parseHex(headerHex));
      return get(listener, socket, headers);
    }
  }

  private static String get(TestListener listener, Socket socket, String... headers)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String header : headers) {
      lines.append(header).append("\r\n");
    }
    String answer = exchange(listener, socket, lines.toString());
    return answer.substring(answer.indexOf("\r\n\r\n") + 4).strip();
  }

  /** One request over TLS on the socket; the whole answer. */
  private static String exchange(TestListener listener, Socket socket, String headers)
      throws IOException {
    SSLSocket tls =
        (SSLSocket)
            listener
                .certificate()
                .trust()
                .getSocketFactory()
                .createSocket(socket, "localhost", socket.getPort(), false);
    String request = "GET / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    tls.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int n = tls.getInputStream().read(buffer); n >= 0; n = tls.getInputStream().read(buffer)) {
      answer.write(buffer, 0, n);
      String text = answer.toString(StandardCharsets.US_ASCII);
      if (text.contains("\r\n\r\n") && (text.endsWith("\n") || text.contains("ontent-length: 0"))) {
        return text;
      }
    }
    return answer.toString(StandardCharsets.US_ASCII);
  }

  /** Also a reset is an end. */
  private static boolean isClosed(Socket socket) {
    try {
      byte[] rest = socket.getInputStream().readAllBytes();
      return rest.length < 64;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }
}
