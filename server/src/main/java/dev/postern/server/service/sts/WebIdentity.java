package dev.postern.server.service.sts;

import dev.postern.server.store.OidcProviderRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * Who showed a token that was verified.
 *
 * @param subject the token's {@code sub}
 * @param audience who the token is for: its {@code azp}, or its {@code aud} where it has none
 * @param originalAudience the {@code aud} of a token that has an {@code azp}
 * @param methods the token's {@code amr}: how its owner logged in
 * @param tags of the session, as the provider demands them
 * @param transitiveTags keys of those that the next session inherits
 * @param sourceIdentity of the session, as the provider demands it
 */
record WebIdentity(
    OidcProviderRecord provider,
    String subject,
    List<String> audience,
    List<String> originalAudience,
    List<String> methods,
    List<Tag> tags,
    List<String> transitiveTags,
    Optional<String> sourceIdentity) {
  /** The condition keys of the provider (spec/aws-api.md 4.5): {@code <issuer>:sub} and so on. */
  Map<String, List<String>> conditionKeys() {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    keys.put(provider.url() + ":sub", List.of(subject));
    keys.put(provider.url() + ":aud", audience);
    if (!originalAudience.isEmpty()) {
      keys.put(provider.url() + ":oaud", originalAudience);
    }
    if (!methods.isEmpty()) {
      keys.put(provider.url() + ":amr", methods);
    }
    keys.put("aws:FederatedProvider", List.of(provider.arn()));
    return keys;
  }
}
