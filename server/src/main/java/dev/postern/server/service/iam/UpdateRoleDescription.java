package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalChange;
import dev.postern.server.store.Roles;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionResponse;

/** Changes the description of a role and shows the role. */
final class UpdateRoleDescription
    extends PrincipalOperation<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse> {
  private final Roles roles;
  private final RoleShapes shapes;

  UpdateRoleDescription(PrincipalRules rules, IamParts parts) {
    super(
        rules,
        SdkCodec.of(UpdateRoleDescriptionRequest.class, UpdateRoleDescriptionRequest::builder),
        false);
    this.roles = parts.store().roles();
    this.shapes = new RoleShapes(parts.arns());
  }

  @Override
  String principal(UpdateRoleDescriptionRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(UpdateRoleDescriptionRequest input) {
    Constraints constraints = named(input);
    constraints.member("description", input.description()).required();
    RoleShapes.description(constraints, input.description()).verify();
  }

  @Override
  public UpdateRoleDescriptionResponse run(Call call, UpdateRoleDescriptionRequest input) {
    PrincipalChange change =
        roles.update(input.roleName(), Optional.of(input.description()), Optional.empty());
    principals.require(change, input.roleName(), "");
    return roles
        .find(input.roleName())
        .map(role -> UpdateRoleDescriptionResponse.builder().role(shapes.made(role)).build())
        .orElseThrow(() -> principals.notFound(input.roleName()));
  }
}
