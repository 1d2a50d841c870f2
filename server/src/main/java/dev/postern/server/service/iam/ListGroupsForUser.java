package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import dev.postern.server.store.PrincipalRecord;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserResponse;

/** Lists the groups that a user is in, by name. */
final class ListGroupsForUser
    extends PrincipalOperation<ListGroupsForUserRequest, ListGroupsForUserResponse> {
  private final IamArns arns;
  private final Groups groups;
  private final PolicyPages pages;

  ListGroupsForUser(PrincipalRules users, IamParts parts) {
    super(
        users,
        SdkCodec.of(ListGroupsForUserRequest.class, ListGroupsForUserRequest::builder),
        true);
    this.arns = parts.arns();
    this.groups = parts.store().groups();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  String principal(ListGroupsForUserRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ListGroupsForUserRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListGroupsForUserResponse run(Call call, ListGroupsForUserRequest input) {
    String name = principals.find(input.userName()).name();
    PolicyPages.Page<PrincipalRecord> page =
        pages.slice(name() + " " + name, groups.ofUser(name), input.maxItems(), input.marker());
    return ListGroupsForUserResponse.builder()
        .groups(page.items().stream().map(group -> UserShapes.group(group, arns)).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
