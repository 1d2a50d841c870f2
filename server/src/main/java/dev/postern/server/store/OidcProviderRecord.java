package dev.postern.server.store;

import java.time.Instant;
import java.util.List;

/**
 * An OpenID Connect provider that roles can trust.
 *
 * @param arn {@code arn:aws:iam::<account>:oidc-provider/<url>}
 * @param url the issuer without {@code https://}
 * @param clientIds the audiences that tokens may be for
 * @param thumbprints SHA-1 of certificates, in hexadecimal, any of which the provider's server may
 *     show where its certificate is not trusted otherwise
 */
public record OidcProviderRecord(
    String arn, String url, List<String> clientIds, List<String> thumbprints, Instant createdDate) {
  public OidcProviderRecord {
    clientIds = List.copyOf(clientIds);
    thumbprints = List.copyOf(thumbprints);
  }
}
