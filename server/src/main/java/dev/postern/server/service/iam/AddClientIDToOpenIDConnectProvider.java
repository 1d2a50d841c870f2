package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.AddClientIdToOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.AddClientIdToOpenIdConnectProviderResponse;

/** Adds an audience to a provider; adding it again is fine. */
final class AddClientIDToOpenIDConnectProvider
    extends OidcProviderOperation<
        AddClientIdToOpenIdConnectProviderRequest, AddClientIdToOpenIdConnectProviderResponse> {
  AddClientIDToOpenIDConnectProvider(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            AddClientIdToOpenIdConnectProviderRequest.class,
            AddClientIdToOpenIdConnectProviderRequest::builder),
        false);
  }

  @Override
  String provider(AddClientIdToOpenIdConnectProviderRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(AddClientIdToOpenIdConnectProviderRequest input) {
    verify(clientId(named(input), "clientID", input.clientID()), input);
  }

  @Override
  public AddClientIdToOpenIdConnectProviderResponse run(
      Call call, AddClientIdToOpenIdConnectProviderRequest input) {
    String arn = input.openIDConnectProviderArn();
    require(providers.addClientId(arn, input.clientID()), arn);
    return AddClientIdToOpenIdConnectProviderResponse.builder().build();
  }
}
