package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.OidcProviderRecord;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderResponse;

/** Shows an OpenID Connect provider. */
final class GetOpenIDConnectProvider
    extends OidcProviderOperation<
        GetOpenIdConnectProviderRequest, GetOpenIdConnectProviderResponse> {
  GetOpenIDConnectProvider(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            GetOpenIdConnectProviderRequest.class, GetOpenIdConnectProviderRequest::builder),
        true);
  }

  @Override
  String provider(GetOpenIdConnectProviderRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(GetOpenIdConnectProviderRequest input) {
    verify(named(input), input);
  }

  @Override
  public GetOpenIdConnectProviderResponse run(Call call, GetOpenIdConnectProviderRequest input) {
    String arn = input.openIDConnectProviderArn();
    OidcProviderRecord provider = find(arn);
    return GetOpenIdConnectProviderResponse.builder()
        .url(provider.url())
        .clientIDList(provider.clientIds())
        .thumbprintList(provider.thumbprints())
        .createDate(provider.createdDate())
        .tags(PolicyTags.shown(providers.tags(arn)))
        .build();
  }
}
