package dev.postern.client.oidc;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Does with an address what a person's browser does: follows it wherever it leads. */
public final class TestBrowser implements AutoCloseable {
  /** The address that {@code postern login} prints, in a group. */
  public static final String PRINTED = "Log in on this page:\\s+(https?://\\S+)\\s";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client;

  private TestBrowser(HttpClient.Builder builder) {
    this.client = builder.followRedirects(HttpClient.Redirect.ALWAYS).build();
  }

  /** With the system's roots. */
  public TestBrowser() {
    this(HttpClient.newBuilder());
  }

  /** With the context's roots. */
  public TestBrowser(SSLContext trust) {
    this(HttpClient.newBuilder().sslContext(trust));
  }

  /** The page where it ends. */
  public HttpResponse<String> visit(URI address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** The address in the output of {@code postern login}. */
  public static URI printed(String output) {
    Matcher matcher = Pattern.compile(PRINTED).matcher(output);
    if (!matcher.find()) {
      throw new AssertionError("no address in: " + output);
    }
    return URI.create(matcher.group(1));
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
