package dev.postern.transport;

import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A blocking HTTP/1.1 client for http and https (RFC 9112). Safe for use by many threads; each call
 * uses a connection of its own and runs on the caller's thread.
 *
 * <p>One unused connection per origin is kept for the next call. A request that finds such a
 * connection dead is sent again on a new one, provided that nothing of an answer arrived and that
 * either it could not be written or its method may be repeated.
 *
 * <p>Not promised: redirects, cookies, content codings, HTTP/2.
 */
public final class HttpsClient implements Exchange, AutoCloseable {
  private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  private final Trust trust;
  private final ProxySettings proxies;
  private final HttpLimits limits;
  private final IdleConnections idle = new IdleConnections();
  private final Set<Connection> inUse = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  public HttpsClient(Trust trust, ProxySettings proxies) {
    this(trust, proxies, HttpLimits.DEFAULT);
  }

  public HttpsClient(Trust trust, ProxySettings proxies, HttpLimits limits) {
    this.trust = trust;
    this.proxies = proxies;
    this.limits = limits;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when the request cannot be sent: not http or https, a header
   *     that follows from the message ({@code host}, {@code content-length} and the like), or one
   *     with line breaks
   */
  @Override
  public HttpResponse exchange(HttpRequest request) throws IOException {
    return exchange(request, null);
  }

  /**
   * The same client for requests that may be made twice whatever their method: a kept connection
   * that gives no answer within this time is taken for dead, and the request made on a new one.
   * Without it the path that swallows everything is waited for, which TCP tries ever more rarely.
   */
  public Exchange repeating(Duration keptAnswerMax) {
    return request -> exchange(request, keptAnswerMax);
  }

  private HttpResponse exchange(HttpRequest request, @Nullable Duration keptAnswerMax)
      throws IOException {
    Target target = Target.of(request.uri());
    String scheme = request.uri().getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.startsWith("http")) {
      throw new IllegalArgumentException("not an http or https address");
    }
    ProxySettings.Proxy proxy = proxies.proxyFor(request.uri());
    byte[] head = head(request, target, target.secure() ? null : proxy);
    Connection kept = idle.take(target, System.nanoTime());
    if (kept != null) {
      try {
        return run(
            kept, target, head, request, Objects.requireNonNullElse(keptAnswerMax, answerMax()));
      } catch (DeadConnection dead) {
        boolean repeat =
            !dead.written || keptAnswerMax != null || REPEATABLE.contains(request.method());
        if (!repeat || closed) {
          throw dead.reason;
        }
      } catch (SocketTimeoutException silence) {
        if (keptAnswerMax == null || closed) {
          throw silence;
        }
      }
    }
    long deadline = System.nanoTime() + Patience.nanos(limits.connectTimeout());
    Connection fresh =
        Connection.open(new Connection.Route(target, proxy, target.secure()), trust, deadline);
    try {
      return run(fresh, target, head, request, answerMax());
    } catch (DeadConnection dead) {
      throw dead.reason;
    }
  }

  /**
   * Opens a WebSocket as {@link WebSocketClient#connect} does, but on the unused connection to the
   * same server when there is one, which saves a TLS handshake. A new one is dialled when that has
   * ended.
   */
  public WebSocket connectWebSocket(
      URI uri, Map<String, List<String>> headers, WebSocketLimits limits) throws IOException {
    failIfClosed();
    RandomGenerator random = new SecureRandom();
    WebSocketClient.Opening opening = WebSocketClient.Opening.of(uri, headers, random);
    long deadline = System.nanoTime() + Patience.nanos(limits.connectTimeout());
    // Without TLS a proxy treats the two kinds of connection differently.
    Connection kept =
        opening.target().secure() ? idle.takeUnchecked(opening.target(), System.nanoTime()) : null;
    if (kept != null) {
      inUse.add(kept);
      try {
        failIfClosed();
        return WebSocketClient.upgrade(kept, opening, limits, random, deadline);
      } catch (UpgradeRefused | SocketTimeoutException answer) {
        throw answer;
      } catch (IOException ended) {
        if (closed || Thread.currentThread().isInterrupted()) {
          throw ended;
        }
      } finally {
        inUse.remove(kept);
      }
    }
    Connection.Route route = new Connection.Route(opening.target(), proxies.proxyFor(uri), true);
    return WebSocketClient.upgrade(
        Connection.open(route, trust, deadline), opening, limits, random, deadline);
  }

  private void failIfClosed() throws IOException {
    if (closed) {
      throw new IOException("the HTTP client is closed");
    }
  }

  private static byte[] head(
      HttpRequest request, Target target, ProxySettings.@Nullable Proxy forwardProxy) {
    String path = RequestHead.originForm(request.uri());
    String requestTarget = forwardProxy == null ? path : "http://" + target.hostHeader() + path;
    RequestHead head =
        new RequestHead(request.method(), requestTarget, target.hostHeader())
            .addAll(request.headers());
    if (forwardProxy != null) {
      head.add("Proxy-Authorization", forwardProxy.authorization());
    }
    boolean bodyExpected =
        request.method().equals("POST")
            || request.method().equals("PUT")
            || request.method().equals("PATCH");
    if (request.body().length > 0 || bodyExpected) {
      head.add("Content-Length", Integer.toString(request.body().length));
    }
    return head.bytes();
  }

  /** The connection ended before anything of an answer arrived. */
  private static final class DeadConnection extends Exception {
    private static final long serialVersionUID = 1L;

    private final IOException reason;
    private final boolean written;

    DeadConnection(IOException reason, boolean written) {
      super(reason);
      this.reason = reason;
      this.written = written;
    }
  }

  private Duration answerMax() {
    return limits.answerTimeout();
  }

  private HttpResponse run(
      Connection connection, Target target, byte[] head, HttpRequest request, Duration answerMax)
      throws IOException, DeadConnection {
    inUse.add(connection);
    boolean reusable = false;
    long deadline = System.nanoTime() + Patience.nanos(answerMax);
    connection.patience(Patience.until(deadline, "the answer of " + target));
    try (WriteGuard _ = WriteGuard.over(connection, request.body().length, deadline)) {
      failIfClosed();
      write(connection, head, request.body());
      ResponseBody answer = awaitAnswer(connection, request);
      byte[] body = answer.read(connection.input(), limits.bodyBytesMax());
      reusable = answer.reusable();
      return new HttpResponse(answer.head().status(), answer.head().headers(), body);
    } finally {
      inUse.remove(connection);
      if (reusable && !closed) {
        idle.keep(target, connection, System.nanoTime());
        closeIdleIfClosed();
      } else {
        connection.close();
      }
    }
  }

  private static void write(Connection connection, byte[] head, byte[] body) throws DeadConnection {
    try {
      OutputStream output = connection.output();
      byte[] whole = new byte[head.length + body.length];
      System.arraycopy(head, 0, whole, 0, head.length);
      System.arraycopy(body, 0, whole, head.length, body.length);
      output.write(whole);
      output.flush();
    } catch (IOException e) {
      throw new DeadConnection(e, false);
    }
  }

  private ResponseBody awaitAnswer(Connection connection, HttpRequest request)
      throws IOException, DeadConnection {
    try {
      connection.input().awaitByte();
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw new DeadConnection(e, true);
    }
    ResponseHead answer = ResponseHead.readFinal(connection.input(), limits.headerBytesMax());
    return ResponseBody.of(answer, request.method().equals("HEAD"));
  }

  private void closeIdleIfClosed() {
    if (closed) {
      idle.closeAll();
    }
  }

  /** Ends all connections; calls under way fail. Idempotent. */
  @Override
  public void close() {
    closed = true;
    idle.closeAll();
    inUse.forEach(Connection::close);
  }
}
