package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalRecord;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;

/** Lists users whose paths begin so, by name. */
final class ListUsers extends IamOperation<ListUsersRequest, ListUsersResponse> {
  private final IamArns arns;
  private final PrincipalRules users;

  ListUsers(PrincipalRules users, IamParts parts) {
    super(SdkCodec.of(ListUsersRequest.class, ListUsersRequest::builder), true);
    this.arns = parts.arns();
    this.users = users;
  }

  @Override
  public void validate(ListUsersRequest input) {
    Constraints constraints = PrincipalPaths.prefix(Constraints.of(), input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListUsersRequest input, Caller caller) {
    return Question.of(action(), arns.user(PrincipalPaths.orRoot(input.pathPrefix()), ""));
  }

  @Override
  public ListUsersResponse run(Call call, ListUsersRequest input) {
    PolicyPages.Page<PrincipalRecord> page =
        users.page(input.pathPrefix(), input.maxItems(), input.marker());
    return ListUsersResponse.builder()
        .users(page.items().stream().map(one -> UserShapes.listed(one, arns)).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
