package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import dev.postern.server.store.PrincipalRecord;
import java.util.List;
import software.amazon.awssdk.services.iam.model.GetGroupRequest;
import software.amazon.awssdk.services.iam.model.GetGroupResponse;

/** Shows a group and, in pages, the users who are in it. */
final class GetGroup extends PrincipalOperation<GetGroupRequest, GetGroupResponse> {
  private final IamArns arns;
  private final Groups groups;
  private final PolicyPages pages;

  GetGroup(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(GetGroupRequest.class, GetGroupRequest::builder), true);
    this.arns = parts.arns();
    this.groups = parts.store().groups();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  String principal(GetGroupRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(GetGroupRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public GetGroupResponse run(Call call, GetGroupRequest input) {
    PrincipalRecord group = principals.find(input.groupName());
    String query = name() + " " + group.name();
    int limit = PolicyPages.limit(input.maxItems());
    List<PrincipalRecord> read =
        groups.users(group.name(), pages.open(query, input.marker()).orElse(""), limit + 1);
    PolicyPages.Page<PrincipalRecord> page = pages.cut(query, read, limit, PrincipalRecord::name);
    return GetGroupResponse.builder()
        .group(UserShapes.group(group, arns))
        .users(page.items().stream().map(user -> UserShapes.listed(user, arns)).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
