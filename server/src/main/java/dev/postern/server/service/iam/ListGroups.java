package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalRecord;
import software.amazon.awssdk.services.iam.model.ListGroupsRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsResponse;

/** Lists groups whose paths begin so, by name. */
final class ListGroups extends IamOperation<ListGroupsRequest, ListGroupsResponse> {
  private final IamArns arns;
  private final PrincipalRules groups;

  ListGroups(PrincipalRules groups, IamParts parts) {
    super(SdkCodec.of(ListGroupsRequest.class, ListGroupsRequest::builder), true);
    this.arns = parts.arns();
    this.groups = groups;
  }

  @Override
  public void validate(ListGroupsRequest input) {
    Constraints constraints = PrincipalPaths.prefix(Constraints.of(), input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListGroupsRequest input, Caller caller) {
    return Question.of(action(), arns.group(PrincipalPaths.orRoot(input.pathPrefix()), ""));
  }

  @Override
  public ListGroupsResponse run(Call call, ListGroupsRequest input) {
    PolicyPages.Page<PrincipalRecord> page =
        groups.page(input.pathPrefix(), input.maxItems(), input.marker());
    return ListGroupsResponse.builder()
        .groups(page.items().stream().map(one -> UserShapes.group(one, arns)).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
