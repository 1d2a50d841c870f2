package dev.postern.server.service.sts;

import com.nimbusds.jose.jwk.JWKSet;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.server.store.OidcProviderRecord;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gets what an OIDC provider publishes: its configuration (OpenID Connect Discovery 1.0, section 4)
 * and the keys that this names. By HTTPS only, without following redirects, bounded in time and
 * size.
 */
final class ProviderDocuments {
  /** For each of the two documents, from the connection to the last byte. */
  static final Duration TIME_MAX = Duration.ofSeconds(5);

  static final int BYTES_MAX = 256 * 1024;

  private static final int OK = 200;
  private static final String CONFIGURATION = "/.well-known/openid-configuration";

  private ProviderDocuments() {}

  /** The keys that a provider signs with now. */
  static JWKSet keys(OidcProviderRecord provider) throws IOException {
    String issuer = "https://" + provider.url();
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    HttpClient client = client(provider);
    try {
      var configuration = Json.readObject(get(client, base + CONFIGURATION));
      if (!issuer.equals(configuration.get("issuer"))) {
        throw new IOException("the configuration is of another issuer");
      }
      String keys = get(client, String.valueOf(configuration.get("jwks_uri")));
      return JWKSet.parse(keys);
    } catch (MalformedJsonException | ParseException malformed) {
      throw new IOException("a document is malformed", malformed);
    } finally {
      client.shutdownNow();
    }
  }

  private static HttpClient client(OidcProviderRecord provider) throws IOException {
    try {
      return HttpClient.newBuilder()
          .connectTimeout(TIME_MAX)
          .followRedirects(HttpClient.Redirect.NEVER)
          .version(HttpClient.Version.HTTP_1_1)
          .sslContext(new ThumbprintTrust(provider.thumbprints()).context())
          .build();
    } catch (GeneralSecurityException failure) {
      throw new IOException(failure);
    }
  }

  private static String get(HttpClient client, String url) throws IOException {
    HttpRequest request;
    try {
      URI uri = URI.create(url);
      if (!"https".equals(uri.getScheme())) {
        throw new IOException("a document is not published by HTTPS");
      }
      request = HttpRequest.newBuilder(uri).header("Accept", "application/json").build();
    } catch (IllegalArgumentException malformed) {
      throw new IOException("a URL is malformed", malformed);
    }
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(
            request,
            BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), BYTES_MAX));
    try {
      HttpResponse<String> response = answer.get(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != OK) {
        throw new IOException("HTTP status " + response.statusCode());
      }
      return response.body();
    } catch (TimeoutException late) {
      throw new IOException("no answer in time", late);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof IOException cause ? cause : new IOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    } finally {
      answer.cancel(true);
    }
  }
}
