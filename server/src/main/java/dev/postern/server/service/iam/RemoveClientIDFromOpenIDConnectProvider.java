package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.RemoveClientIdFromOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.RemoveClientIdFromOpenIdConnectProviderResponse;

/** Takes an audience from a provider; taking one that is not there is fine. */
final class RemoveClientIDFromOpenIDConnectProvider
    extends OidcProviderOperation<
        RemoveClientIdFromOpenIdConnectProviderRequest,
        RemoveClientIdFromOpenIdConnectProviderResponse> {
  RemoveClientIDFromOpenIDConnectProvider(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            RemoveClientIdFromOpenIdConnectProviderRequest.class,
            RemoveClientIdFromOpenIdConnectProviderRequest::builder),
        false);
  }

  @Override
  String provider(RemoveClientIdFromOpenIdConnectProviderRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(RemoveClientIdFromOpenIdConnectProviderRequest input) {
    verify(clientId(named(input), "clientID", input.clientID()), input);
  }

  @Override
  public RemoveClientIdFromOpenIdConnectProviderResponse run(
      Call call, RemoveClientIdFromOpenIdConnectProviderRequest input) {
    String arn = input.openIDConnectProviderArn();
    require(providers.removeClientId(arn, input.clientID()), arn);
    return RemoveClientIdFromOpenIdConnectProviderResponse.builder().build();
  }
}
