package dev.postern.client.login;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postern.aws.query.MalformedFormException;
import dev.postern.aws.query.QueryForm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where the provider sends the browser after the login: a page on 127.0.0.1 (RFC 8252 section 7.3).
 * The first answer with the right state is the one that counts; any other gets an error page and
 * changes nothing, since every page in the person's browser can call this address.
 */
final class LoopbackRedirect implements AutoCloseable {
  private static final String PATH = "/callback";
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int BACKLOG = 16;
  private static final int CLOSE_SECONDS = 1;
  private static final int REASON_CHARACTERS_MAX = 300;

  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;

  private final HttpServer server;
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  /** Where the provider's answer ends up. The text form hides the code. */
  private record Answer(@Nullable String code, String refusal) {
    @Override
    public String toString() {
      return "Answer[" + refusal + "]";
    }
  }

  private LoopbackRedirect(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens, and answers nothing yet.
   *
   * @param port 0 for a free one
   */
  static LoopbackRedirect open(int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port);
    try {
      return new LoopbackRedirect(HttpServer.create(address, BACKLOG));
    } catch (IOException taken) {
      throw new IOException(
          "cannot listen on 127.0.0.1:" + port + ": " + taken.getMessage(), taken);
    }
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
  }

  /** Begins to answer. */
  void expect(String state, Provider provider) {
    server.createContext("/", exchange -> handle(exchange, state, provider));
    server.setExecutor(task -> Thread.ofVirtual().name("login-redirect").start(task));
    server.start();
  }

  /**
   * Waits for the provider's answer.
   *
   * @return the authorization code
   * @throws IOException when the provider refused or nobody came in time
   */
  String await(Duration patience) throws IOException {
    try {
      Answer given = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (given.code() == null) {
        throw new IOException(given.refusal());
      }
      return given.code();
    } catch (TimeoutException late) {
      throw new IOException("nobody logged in within " + patience.toSeconds() + " seconds", late);
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the login", end);
    } catch (ExecutionException impossible) {
      throw new IOException("the login's answer cannot be read", impossible);
    }
  }

  private void handle(HttpExchange exchange, String state, Provider provider) throws IOException {
    try (exchange) {
      boolean ours =
          PATH.equals(exchange.getRequestURI().getPath())
              && exchange.getRequestMethod().equals("GET");
      if (!ours) {
        respond(exchange, NOT_FOUND, "There is nothing here.");
        return;
      }
      Answer given = read(exchange.getRequestURI().getRawQuery(), state, provider);
      if (given == null || answer.isDone()) {
        respond(exchange, BAD_REQUEST, "This is not the answer to a login that is under way.");
        return;
      }
      // Told first: whoever waits for it ends this server.
      respond(
          exchange,
          OK,
          given.code() == null
              ? "The login was refused. The terminal says why."
              : "Postern has the provider's answer. You can close this page and go back to the"
                  + " terminal.");
      answer.complete(given);
    }
  }

  /** Null when it is no answer to the question that was asked. */
  private static @Nullable Answer read(@Nullable String query, String state, Provider provider) {
    QueryForm form;
    try {
      form = QueryForm.parse(query == null ? "" : query);
    } catch (MalformedFormException _) {
      return null;
    }
    if (!isEqual(state, form.get("state"))) {
      return null;
    }
    String issuer = form.get("iss");
    if (issuer == null ? provider.namesItself() : !issuer.equals(provider.issuer())) {
      return new Answer(null, "the answer does not come from " + provider.issuer());
    }
    String error = form.get("error");
    if (error != null) {
      String description = form.get("error_description");
      String reason = description == null || description.isBlank() ? "" : ": " + description;
      return new Answer(null, shortened("the provider refused the login: " + error + reason));
    }
    String code = form.get("code");
    return code == null || code.isEmpty()
        ? new Answer(null, "the provider's answer has neither a code nor an error")
        : new Answer(code, "");
  }

  private static boolean isEqual(String expected, @Nullable String given) {
    return given != null
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  private static String shortened(String text) {
    return text.length() <= REASON_CHARACTERS_MAX
        ? text
        : text.substring(0, REASON_CHARACTERS_MAX) + "...";
  }

  /** The text is ours; nothing of the request is repeated. */
  private static void respond(HttpExchange exchange, int status, String text) throws IOException {
    byte[] page =
        ("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Postern</title><p>"
                + text
                + "</p></html>\n")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'");
    exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("Connection", "close");
    exchange.sendResponseHeaders(status, page.length);
    exchange.getResponseBody().write(page);
  }

  /** Listens no longer; an answer that is being written is finished. Idempotent. */
  @Override
  public void close() {
    server.stop(CLOSE_SECONDS);
  }
}
