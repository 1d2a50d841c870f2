package dev.postern.server.service.sts;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.postern.aws.Fault;
import dev.postern.aws.Timestamps;
import dev.postern.server.store.OidcProviderRecord;
import dev.postern.server.store.OidcProviders;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * Verifies ID tokens of the registered providers (OpenID Connect Core 1.0, section 3.1.3.7). Safe
 * for use by many threads.
 */
final class WebIdentityTokens {
  /** How much a provider's clock may be ahead of ours. */
  static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  /** Characters of an issuer that a message repeats. */
  private static final int ISSUER_SHOWN_MAX = 255;

  private static final int RSA_BITS_MIN = 2048;
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);
  private static final String SCHEME = "https://";

  /** Claims in which providers demand tags and a source identity. */
  private static final String TAGS_CLAIM = "https://aws.amazon.com/tags";

  private static final String SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity";

  private final OidcProviders providers;
  private final ProviderKeys keys;

  WebIdentityTokens(OidcProviders providers, ProviderKeys keys) {
    this.providers = providers;
    this.keys = keys;
  }

  /** Who showed the token; throws AWS's refusal when it does not hold. */
  WebIdentity verify(String token, Instant now) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      OidcProviderRecord provider = provider(claims);
      if (!ALGORITHMS.contains(jwt.getHeader().getAlgorithm())) {
        throw invalid("The token is signed with an algorithm other than RS256 and ES256.");
      }
      if (!isSigned(jwt, provider, now)) {
        throw invalid("The token's signature does not hold.");
      }
      requireInTime(claims, now);
      return identity(claims, provider);
    } catch (ParseException notAToken) {
      throw invalid(
          "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access"
              + " Token)");
    }
  }

  private OidcProviderRecord provider(JWTClaimsSet claims) {
    String issuer = claims.getIssuer();
    Optional<OidcProviderRecord> provider =
        issuer == null || !issuer.startsWith(SCHEME)
            ? Optional.empty()
            : providers.find(issuer.substring(SCHEME.length()));
    return provider.orElseThrow(() ->
        invalid(
            "No OpenIDConnect provider found in your account for "
                + (issuer == null ? "a token without issuer" : shown(issuer))));
  }

  private static String shown(String issuer) {
    return issuer.length() <= ISSUER_SHOWN_MAX
        ? issuer
        : issuer.substring(0, ISSUER_SHOWN_MAX) + "...";
  }

  private boolean isSigned(SignedJWT jwt, OidcProviderRecord provider, Instant now) {
    for (JWK key : keys.find(provider, jwt.getHeader(), now)) {
      try {
        JWSVerifier verifier = verifier(key);
        if (verifier != null && jwt.verify(verifier)) {
          return true;
        }
      } catch (JOSEException _) {
        // A key that does not fit the header verifies nothing.
      }
    }
    return false;
  }

  private static @Nullable JWSVerifier verifier(JWK key) throws JOSEException {
    return switch (key) {
      case RSAKey rsa when rsa.size() >= RSA_BITS_MIN -> new RSASSAVerifier(rsa.toRSAPublicKey());
      case ECKey ec -> new ECDSAVerifier(ec.toECPublicKey());
      default -> null;
    };
  }

  private static void requireInTime(JWTClaimsSet claims, Instant now) {
    Instant expiration = time(claims.getExpirationTime());
    Instant issued = time(claims.getIssueTime());
    Instant notBefore = time(claims.getNotBeforeTime());
    if (expiration == null || issued == null) {
      throw invalid("The token must have the claims exp and iat.");
    }
    if (!now.isBefore(expiration)) {
      throw new Fault(
          "ExpiredTokenException",
          400,
          "Token expired: current date/time "
              + Timestamps.iso8601(now)
              + " must be before the expiration date/time "
              + Timestamps.iso8601(expiration));
    }
    Instant latest = now.plus(CLOCK_SKEW);
    if (issued.isAfter(latest) || (notBefore != null && notBefore.isAfter(latest))) {
      throw invalid("The token is not valid yet.");
    }
  }

  private static @Nullable Instant time(@Nullable Date date) {
    return date == null ? null : date.toInstant();
  }

  private static WebIdentity identity(JWTClaimsSet claims, OidcProviderRecord provider)
      throws ParseException {
    String subject = claims.getSubject();
    if (subject == null || subject.isEmpty()) {
      throw invalid("The token must have the claim sub.");
    }
    String authorized = claims.getStringClaim("azp");
    List<String> audience = authorized == null ? claims.getAudience() : List.of(authorized);
    if (audience.stream().noneMatch(provider.clientIds()::contains)) {
      throw invalid("Incorrect token audience");
    }
    List<String> methods = claims.getStringListClaim("amr");
    Map<String, Object> tags = claims.getJSONObjectClaim(TAGS_CLAIM);
    return new WebIdentity(
        provider,
        subject,
        audience,
        authorized == null ? List.of() : claims.getAudience(),
        methods == null ? List.of() : methods,
        tags == null ? List.of() : tags(tags.get("principal_tags")),
        tags == null ? List.of() : texts(tags.get("transitive_tag_keys")),
        Optional.ofNullable(claims.getStringClaim(SOURCE_IDENTITY_CLAIM)));
  }

  /** Each tag is a list of one value. */
  private static List<Tag> tags(@Nullable Object claim) {
    List<Tag> tags = new ArrayList<>();
    if (claim instanceof Map<?, ?> entries) {
      entries.forEach((key, value) -> {
        List<String> values = texts(value);
        if (values.size() != 1) {
          throw invalid("A session tag must have one value.");
        }
        tags.add(Tag.builder().key(String.valueOf(key)).value(values.getFirst()).build());
      });
    } else if (claim != null) {
      throw invalid("The token's session tags are malformed.");
    }
    return tags;
  }

  private static List<String> texts(@Nullable Object claim) {
    return switch (claim) {
      case null -> List.of();
      case String text -> List.of(text);
      case List<?> elements when elements.stream().allMatch(String.class::isInstance) ->
          elements.stream().map(String.class::cast).toList();
      default -> throw invalid("The token's session tags are malformed.");
    };
  }

  private static Fault invalid(String message) {
    return new Fault("InvalidIdentityToken", 400, message);
  }
}
