package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Roles;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;

/** Shows a role with its trust policy, percent-encoded. */
final class GetRole extends PrincipalOperation<GetRoleRequest, GetRoleResponse> {
  private final Roles roles;
  private final RoleShapes shapes;

  GetRole(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(GetRoleRequest.class, GetRoleRequest::builder), true);
    this.roles = parts.store().roles();
    this.shapes = new RoleShapes(parts.arns());
  }

  @Override
  String principal(GetRoleRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(GetRoleRequest input) {
    named(input).verify();
  }

  @Override
  public GetRoleResponse run(Call call, GetRoleRequest input) {
    return roles
        .find(input.roleName())
        .map(role -> GetRoleResponse.builder().role(shapes.full(role)).build())
        .orElseThrow(() -> principals.notFound(input.roleName()));
  }
}
