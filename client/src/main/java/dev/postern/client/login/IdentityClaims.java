package dev.postern.client.login;

import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What an ID token says of itself (OpenID Connect Core section 2). Its signature and times are for
 * the server to check: here it is only made sure that the token answers the login that was begun.
 */
final class IdentityClaims {
  /** Of sts: RoleSessionName. */
  private static final int SESSION_NAME_CHARACTERS_MIN = 2;

  private static final int SESSION_NAME_CHARACTERS_MAX = 64;

  /** In whose order a person's session is named; {@code sub} is always there. */
  private static final List<String> NAMES = List.of("preferred_username", "email", "sub");

  private final Map<String, Object> claims;

  private IdentityClaims(Map<String, Object> claims) {
    this.claims = claims;
  }

  /**
   * Reads a token.
   *
   * @throws IOException when it is no JWT
   */
  static IdentityClaims read(String idToken) throws IOException {
    String[] parts = idToken.split("\\.", -1);
    if (parts.length != 3) {
      throw new IOException("the provider's ID token is no signed JWT");
    }
    try {
      return new IdentityClaims(Json.readObject(Base64.getUrlDecoder().decode(parts[1])));
    } catch (IllegalArgumentException | MalformedJsonException malformed) {
      throw new IOException("the provider's ID token is no signed JWT", malformed);
    }
  }

  /**
   * The token is of this provider and for this client.
   *
   * @throws IOException when it is not, or names nobody
   */
  void require(Provider provider, String clientId) throws IOException {
    if (!provider.issuer().equals(claims.get("iss"))) {
      throw new IOException("the ID token is of another issuer than " + provider.issuer());
    }
    Object audience = claims.get("aud");
    boolean forUs =
        audience instanceof List<?> several
            ? several.contains(clientId)
            : clientId.equals(audience);
    if (!forUs) {
      throw new IOException("the ID token is not for the client " + clientId);
    }
    if (subject().isEmpty()) {
      throw new IOException("the ID token has no sub");
    }
  }

  /**
   * The token was made for the login that was begun, and for no other.
   *
   * @throws IOException when it was not
   */
  void requireNonce(String nonce) throws IOException {
    byte[] given =
        claims.get("nonce") instanceof String text
            ? text.getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    if (!MessageDigest.isEqual(nonce.getBytes(StandardCharsets.UTF_8), given)) {
      throw new IOException("the ID token answers another login: its nonce differs");
    }
  }

  /** The person, within the issuer; empty when the token does not say. */
  String subject() {
    return claims.get("sub") instanceof String subject ? subject : "";
  }

  /** A name for the session that sts takes: 2 to 64 of {@code A-Za-z0-9_+=,.@-}. */
  String sessionName() {
    for (String claim : NAMES) {
      if (claims.get(claim) instanceof String text) {
        String name = text.replaceAll("[^A-Za-z0-9_+=,.@-]", "-");
        name = name.substring(0, Math.min(name.length(), SESSION_NAME_CHARACTERS_MAX));
        if (name.length() >= SESSION_NAME_CHARACTERS_MIN) {
          return name;
        }
      }
    }
    return "postern-login";
  }
}
