package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalRecord;
import dev.postern.server.store.Roles;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;

/** Lists roles whose paths begin so, by name. */
final class ListRoles extends IamOperation<ListRolesRequest, ListRolesResponse> {
  private final IamArns arns;
  private final PrincipalRules rules;
  private final Roles roles;
  private final RoleShapes shapes;

  ListRoles(PrincipalRules rules, IamParts parts) {
    super(SdkCodec.of(ListRolesRequest.class, ListRolesRequest::builder), true);
    this.arns = parts.arns();
    this.rules = rules;
    this.roles = parts.store().roles();
    this.shapes = new RoleShapes(parts.arns());
  }

  @Override
  public void validate(ListRolesRequest input) {
    Constraints constraints = PrincipalPaths.prefix(Constraints.of(), input.pathPrefix());
    PolicyPages.check(constraints, input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListRolesRequest input, Caller caller) {
    return Question.of(action(), arns.role(PrincipalPaths.orRoot(input.pathPrefix()), ""));
  }

  @Override
  public ListRolesResponse run(Call call, ListRolesRequest input) {
    PolicyPages.Page<PrincipalRecord> page =
        rules.page(input.pathPrefix(), input.maxItems(), input.marker());
    return ListRolesResponse.builder()
        .roles(
            page.items().stream()
                .flatMap(role -> roles.find(role.name()).stream())
                .map(shapes::listed)
                .toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
