package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProviderTagsRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProviderTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Lists the tags of a provider by key. */
final class ListOpenIDConnectProviderTags
    extends OidcProviderOperation<
        ListOpenIdConnectProviderTagsRequest, ListOpenIdConnectProviderTagsResponse> {
  private final PolicyPages pages;

  ListOpenIDConnectProviderTags(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            ListOpenIdConnectProviderTagsRequest.class,
            ListOpenIdConnectProviderTagsRequest::builder),
        true);
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  String provider(ListOpenIdConnectProviderTagsRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(ListOpenIdConnectProviderTagsRequest input) {
    verify(PolicyPages.check(named(input), input.maxItems(), input.marker()), input);
  }

  @Override
  public ListOpenIdConnectProviderTagsResponse run(
      Call call, ListOpenIdConnectProviderTagsRequest input) {
    String arn = input.openIDConnectProviderArn();
    find(arn);
    PolicyPages.Page<Tag> page =
        pages.slice(
            name() + " " + arn,
            PolicyTags.shown(providers.tags(arn)),
            input.maxItems(),
            input.marker());
    return ListOpenIdConnectProviderTagsResponse.builder()
        .tags(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
