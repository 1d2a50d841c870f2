package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.TagOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.TagOpenIdConnectProviderResponse;

/** Puts tags on a provider. */
final class TagOpenIDConnectProvider
    extends OidcProviderOperation<
        TagOpenIdConnectProviderRequest, TagOpenIdConnectProviderResponse> {
  TagOpenIDConnectProvider(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            TagOpenIdConnectProviderRequest.class, TagOpenIdConnectProviderRequest::builder),
        false);
  }

  @Override
  String provider(TagOpenIdConnectProviderRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(TagOpenIdConnectProviderRequest input) {
    Constraints constraints = named(input).member("tags", input.tags()).required();
    verify(PolicyTags.check(constraints, input.tags()), input);
    PolicyTags.requireDistinct(input.tags());
  }

  @Override
  Map<String, List<String>> keys(TagOpenIdConnectProviderRequest input) {
    return PolicyTags.requestKeys(input.tags());
  }

  @Override
  public TagOpenIdConnectProviderResponse run(Call call, TagOpenIdConnectProviderRequest input) {
    String arn = input.openIDConnectProviderArn();
    require(providers.tag(arn, PolicyTags.map(input.tags())), arn);
    return TagOpenIdConnectProviderResponse.builder().build();
  }
}
