package dev.postern.client.login;

import dev.postern.aws.query.QueryForm;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * One attempt to log in and the three texts that bind its answers to it. The text form hides them.
 *
 * @param clientId under which the provider knows this program
 * @param redirect where the provider sends the browser afterwards
 * @param state comes back with the redirect (RFC 6749 section 10.12)
 * @param nonce comes back inside the ID token (OpenID Connect Core section 3.1.2.1)
 * @param verifier proves to the token endpoint who began (RFC 7636)
 */
record AuthorizationRequest(
    String clientId, URI redirect, String state, String nonce, String verifier) {
  static AuthorizationRequest create(String clientId, URI redirect, RandomGenerator random) {
    return new AuthorizationRequest(
        clientId,
        redirect,
        RandomText.create(random),
        RandomText.create(random),
        RandomText.create(random));
  }

  /** What the person's browser has to open. */
  URI address(Provider provider) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("response_type", "code");
    parameters.put("client_id", clientId);
    parameters.put("redirect_uri", redirect.toString());
    parameters.put("scope", String.join(" ", provider.scopes()));
    parameters.put("state", state);
    parameters.put("nonce", nonce);
    parameters.put("code_challenge", challenge());
    parameters.put("code_challenge_method", "S256");
    URI endpoint = provider.authorizationEndpoint();
    String separator = endpoint.getRawQuery() == null ? "?" : "&";
    return URI.create(endpoint + separator + QueryForm.encode(parameters));
  }

  private String challenge() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return "AuthorizationRequest[" + clientId + "]";
  }
}
