package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListUserTagsRequest;
import software.amazon.awssdk.services.iam.model.ListUserTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Lists the tags of a user by key. */
final class ListUserTags extends PrincipalOperation<ListUserTagsRequest, ListUserTagsResponse> {
  ListUserTags(PrincipalRules users) {
    super(users, SdkCodec.of(ListUserTagsRequest.class, ListUserTagsRequest::builder), true);
  }

  @Override
  String principal(ListUserTagsRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ListUserTagsRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListUserTagsResponse run(Call call, ListUserTagsRequest input) {
    PolicyPages.Page<Tag> page =
        principals.tags(input.userName(), input.maxItems(), input.marker());
    return ListUserTagsResponse.builder()
        .tags(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
