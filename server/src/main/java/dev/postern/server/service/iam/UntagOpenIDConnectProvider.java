package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.UntagOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.UntagOpenIdConnectProviderResponse;

/** Takes tags from a provider. */
final class UntagOpenIDConnectProvider
    extends OidcProviderOperation<
        UntagOpenIdConnectProviderRequest, UntagOpenIdConnectProviderResponse> {
  UntagOpenIDConnectProvider(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            UntagOpenIdConnectProviderRequest.class, UntagOpenIdConnectProviderRequest::builder),
        false);
  }

  @Override
  String provider(UntagOpenIdConnectProviderRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(UntagOpenIdConnectProviderRequest input) {
    verify(PolicyTags.checkKeys(named(input), input.tagKeys()), input);
  }

  @Override
  Map<String, List<String>> keys(UntagOpenIdConnectProviderRequest input) {
    return Map.of("aws:TagKeys", input.tagKeys());
  }

  @Override
  public UntagOpenIdConnectProviderResponse run(
      Call call, UntagOpenIdConnectProviderRequest input) {
    String arn = input.openIDConnectProviderArn();
    require(providers.untag(arn, input.tagKeys()), arn);
    return UntagOpenIdConnectProviderResponse.builder().build();
  }
}
