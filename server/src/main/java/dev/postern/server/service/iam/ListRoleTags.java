package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;

/** Lists the tags of a role by key. */
final class ListRoleTags extends PrincipalOperation<ListRoleTagsRequest, ListRoleTagsResponse> {
  ListRoleTags(PrincipalRules roles) {
    super(roles, SdkCodec.of(ListRoleTagsRequest.class, ListRoleTagsRequest::builder), true);
  }

  @Override
  String principal(ListRoleTagsRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(ListRoleTagsRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListRoleTagsResponse run(Call call, ListRoleTagsRequest input) {
    PolicyPages.Page<Tag> page =
        principals.tags(input.roleName(), input.maxItems(), input.marker());
    return ListRoleTagsResponse.builder()
        .tags(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
