package dev.postern.client.login;

import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID Connect provider as it describes itself (OpenID Connect Discovery 1.0 section 3).
 *
 * @param issuer exactly as its tokens have it
 * @param scopes to ask for: {@code openid}, and of {@link #WANTED_SCOPES} what the provider knows
 * @param namesItself whether its redirects always have {@code iss} (RFC 9207 section 3)
 */
record Provider(
    String issuer,
    URI authorizationEndpoint,
    URI tokenEndpoint,
    List<String> scopes,
    boolean namesItself) {
  /** A name for the session, and a refresh token to renew it without the person. */
  private static final List<String> WANTED_SCOPES = List.of("profile", "email", "offline_access");

  private static final String DOCUMENT = "/.well-known/openid-configuration";
  private static final int OK = 200;

  Provider {
    scopes = List.copyOf(scopes);
  }

  /**
   * Asks the provider.
   *
   * @throws IOException when there is no answer, it describes another issuer, or an endpoint in it
   *     is missing or not secure
   */
  static Provider discover(Exchange http, String issuer) throws IOException {
    URI address = SecureAddress.parse("the issuer", issuer);
    if (address.getRawQuery() != null) {
      throw new IOException("the issuer has no query, this is " + issuer);
    }
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    HttpResponse answer =
        http.exchange(
            new HttpRequest(
                "GET",
                URI.create(base + DOCUMENT),
                Map.of("accept", List.of("application/json")),
                new byte[0]));
    if (answer.status() != OK) {
      throw new IOException(
          "the provider answered " + base + DOCUMENT + " with HTTP status " + answer.status());
    }
    try {
      return read(Json.readObject(answer.body()), issuer);
    } catch (MalformedJsonException malformed) {
      throw new IOException("the provider's description is no JSON", malformed);
    }
  }

  private static Provider read(Map<String, Object> description, String issuer) throws IOException {
    String named = text(description, "issuer");
    if (!issuer.equals(named)) {
      throw new IOException("the provider at " + issuer + " calls itself " + named);
    }
    if (description.get("code_challenge_methods_supported") instanceof List<?> methods
        && !methods.contains("S256")) {
      throw new IOException("the provider does not offer PKCE with S256");
    }
    List<String> scopes = new ArrayList<>(List.of("openid"));
    if (description.get("scopes_supported") instanceof List<?> known) {
      WANTED_SCOPES.stream().filter(known::contains).forEach(scopes::add);
    }
    return new Provider(
        issuer,
        endpoint(description, "authorization_endpoint"),
        endpoint(description, "token_endpoint"),
        scopes,
        Boolean.TRUE.equals(description.get("authorization_response_iss_parameter_supported")));
  }

  private static URI endpoint(Map<String, Object> description, String member) throws IOException {
    String address = text(description, member);
    if (address == null) {
      throw new IOException("the provider's description has no " + member);
    }
    return SecureAddress.parse("the provider's " + member, address);
  }

  private static @Nullable String text(Map<String, Object> description, String member) {
    return description.get(member) instanceof String text ? text : null;
  }
}
