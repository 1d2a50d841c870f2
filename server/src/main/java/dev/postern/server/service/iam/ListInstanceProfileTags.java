package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Lists the tags of an instance profile by key. */
final class ListInstanceProfileTags
    extends InstanceProfileOperation<
        ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse> {
  private final PolicyPages pages;

  ListInstanceProfileTags(IamParts parts) {
    super(
        parts,
        SdkCodec.of(ListInstanceProfileTagsRequest.class, ListInstanceProfileTagsRequest::builder),
        true);
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  String profile(ListInstanceProfileTagsRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(ListInstanceProfileTagsRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListInstanceProfileTagsResponse run(Call call, ListInstanceProfileTagsRequest input) {
    String name = input.instanceProfileName();
    PolicyPages.Page<Tag> page =
        pages.slice(
            name() + " " + name,
            PolicyTags.shown(find(name).tags()),
            input.maxItems(),
            input.marker());
    return ListInstanceProfileTagsResponse.builder()
        .tags(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
