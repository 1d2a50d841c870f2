package dev.postern.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.aws.HttpResponse;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Opens WebSockets (RFC 6455 section 4.1). Asks for no sub-protocol and no extension. */
public final class WebSocketClient {
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final int HEADER_BYTES_MAX = 64 << 10;

  private WebSocketClient() {}

  /** As the other form, with masks and keys from the system's secure random numbers. */
  public static WebSocket connect(
      URI uri,
      Map<String, List<String>> headers,
      Trust trust,
      ProxySettings proxies,
      WebSocketLimits limits)
      throws IOException {
    return connect(uri, headers, trust, proxies, limits, new SecureRandom());
  }

  /**
   * Connects and upgrades.
   *
   * @param uri ws or wss; its raw path and query go on the wire as they stand
   * @param headers additional ones, for example a signature
   * @param random of masks and keys; it must not be foreseeable outside of tests
   * @throws UpgradeRefused when the server answered, but with something else than an upgrade
   * @throws IOException when there was no usable answer in time; the text says why
   * @throws IllegalArgumentException for an address or header that cannot be used
   */
  public static WebSocket connect(
      URI uri,
      Map<String, List<String>> headers,
      Trust trust,
      ProxySettings proxies,
      WebSocketLimits limits,
      RandomGenerator random)
      throws IOException {
    Opening opening = Opening.of(uri, headers, random);
    long deadline = System.nanoTime() + Patience.nanos(limits.connectTimeout());
    Connection connection =
        Connection.open(
            new Connection.Route(opening.target, proxies.proxyFor(uri), true), trust, deadline);
    return upgrade(connection, opening, limits, random, deadline);
  }

  /**
   * What is asked for.
   *
   * @param key of this one request
   */
  record Opening(Target target, byte[] request, String key) {
    /** Arguments and failures are those of {@link #connect}. */
    static Opening of(URI uri, Map<String, List<String>> headers, RandomGenerator random) {
      Target target = Target.of(uri);
      if (!uri.getScheme().toLowerCase(Locale.ROOT).startsWith("ws")) {
        throw new IllegalArgumentException("not a ws or wss address");
      }
      byte[] keyBytes = new byte[KEY_BYTES];
      random.nextBytes(keyBytes);
      String key = Base64.getEncoder().encodeToString(keyBytes);
      byte[] request =
          new RequestHead("GET", RequestHead.originForm(uri), target.hostHeader())
              .add("Connection", "Upgrade")
              .add("Upgrade", "websocket")
              .add("Sec-WebSocket-Version", "13")
              .add("Sec-WebSocket-Key", key)
              .addAll(headers)
              .bytes();
      return new Opening(target, request, key);
    }
  }

  /**
   * Upgrades an open connection, which is closed when that fails.
   *
   * @param deadlineNanos for the answer
   */
  static WebSocket upgrade(
      Connection connection,
      Opening opening,
      WebSocketLimits limits,
      RandomGenerator random,
      long deadlineNanos)
      throws IOException {
    Target target = opening.target;
    boolean upgraded = false;
    try {
      connection.patience(Patience.until(deadlineNanos, "the WebSocket upgrade of " + target));
      connection.output().write(opening.request);
      connection.output().flush();
      ResponseHead answer = ResponseHead.readFinal(connection.input(), HEADER_BYTES_MAX);
      if (answer.status() != 101) {
        throw refusal(target, answer, connection.input());
      }
      checkUpgrade(answer, opening.key);
      WebSocket socket = new WebSocket(connection, limits, random, target.toString());
      upgraded = true;
      return socket;
    } finally {
      if (!upgraded) {
        connection.close();
      }
    }
  }

  private static UpgradeRefused refusal(Target target, ResponseHead answer, ByteInput input) {
    byte[] body;
    try {
      body = ResponseBody.of(answer, false).readAtMost(input, UpgradeRefused.BODY_BYTES_MAX);
    } catch (IOException _) {
      // The status says what the caller has to know; the body is an addition for people.
      body = new byte[0];
    }
    return new UpgradeRefused(
        target.toString(), new HttpResponse(answer.status(), answer.headers(), body));
  }

  private static void checkUpgrade(ResponseHead answer, String key) throws IOException {
    if (!answer.lists("upgrade", "websocket") || !answer.lists("connection", "upgrade")) {
      throw new ProtocolException("the server upgraded to something else than WebSocket");
    }
    String accept = answer.single("sec-websocket-accept");
    if (accept == null || !accept.equals(expectedAccept(key))) {
      throw new ProtocolException("the server's Sec-WebSocket-Accept does not match our key");
    }
    if (answer.elements("sec-websocket-extensions").findAny().isPresent()
        || answer.elements("sec-websocket-protocol").findAny().isPresent()) {
      throw new ProtocolException("the server chose an extension or protocol nobody asked for");
    }
  }

  static String expectedAccept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SUFFIX).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-1", e);
    }
  }
}
