package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import java.util.List;

/** The operations on OpenID Connect providers. */
final class OidcProviderOperations {
  private OidcProviderOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    return List.of(
        new CreateOpenIDConnectProvider(parts),
        new GetOpenIDConnectProvider(parts),
        new ListOpenIDConnectProviders(parts),
        new UpdateOpenIDConnectProviderThumbprint(parts),
        new AddClientIDToOpenIDConnectProvider(parts),
        new RemoveClientIDFromOpenIDConnectProvider(parts),
        new DeleteOpenIDConnectProvider(parts),
        new TagOpenIDConnectProvider(parts),
        new UntagOpenIDConnectProvider(parts),
        new ListOpenIDConnectProviderTags(parts));
  }
}
