package dev.postern.client.login;

import dev.postern.aws.Exchange;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.HttpResponse;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.aws.query.QueryForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The provider's token endpoint for a client without a secret (RFC 6749 section 3.2): a program on
 * people's machines could not keep one.
 */
final class TokenEndpoint {
  private static final int OK = 200;
  private static final int REASON_CHARACTERS_MAX = 300;

  private final Exchange http;
  private final Provider provider;

  TokenEndpoint(Exchange http, Provider provider) {
    this.http = http;
    this.provider = provider;
  }

  /**
   * Exchanges an authorization code.
   *
   * @throws IOException with the provider's reason when it refuses
   */
  Tokens redeem(String code, AuthorizationRequest request) throws IOException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", request.redirect().toString());
    form.put("client_id", request.clientId());
    form.put("code_verifier", request.verifier());
    return call(form, "the code");
  }

  /**
   * Exchanges a refresh token; the provider may give another one, which then replaces it.
   *
   * @throws IOException with the provider's reason when it refuses
   */
  Tokens renew(String refreshToken, String clientId) throws IOException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "refresh_token");
    form.put("refresh_token", refreshToken);
    form.put("client_id", clientId);
    return call(form, "the refresh token");
  }

  private Tokens call(Map<String, String> form, String what) throws IOException {
    HttpResponse response =
        http.exchange(
            new HttpRequest(
                "POST",
                provider.tokenEndpoint(),
                Map.of(
                    "content-type", List.of("application/x-www-form-urlencoded"),
                    "accept", List.of("application/json")),
                QueryForm.encode(form).getBytes(StandardCharsets.US_ASCII)));
    Map<String, Object> answer;
    try {
      answer = Json.readObject(response.body());
    } catch (MalformedJsonException _) {
      // a proxy's page: the status has to do
      answer = Map.of();
    }
    if (response.status() != OK) {
      throw new IOException("the provider refused " + what + ": " + reason(response, answer));
    }
    if (!(answer.get("id_token") instanceof String idToken)) {
      throw new IOException("the provider gave no ID token for " + what);
    }
    String refreshToken = answer.get("refresh_token") instanceof String token ? token : null;
    return new Tokens(idToken, refreshToken);
  }

  /** RFC 6749 section 5.2. */
  private static String reason(HttpResponse response, Map<String, Object> answer) {
    if (!(answer.get("error") instanceof String error)) {
      return "HTTP status " + response.status();
    }
    String text =
        answer.get("error_description") instanceof String more ? error + ": " + more : error;
    return text.substring(0, Math.min(text.length(), REASON_CHARACTERS_MAX));
  }
}
