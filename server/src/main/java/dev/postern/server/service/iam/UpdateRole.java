package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalChange;
import dev.postern.server.store.Roles;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleResponse;

/** Changes the description of a role, or how long its sessions may last. */
final class UpdateRole extends PrincipalOperation<UpdateRoleRequest, UpdateRoleResponse> {
  private final Roles roles;

  UpdateRole(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(UpdateRoleRequest.class, UpdateRoleRequest::builder), false);
    this.roles = parts.store().roles();
  }

  @Override
  String principal(UpdateRoleRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(UpdateRoleRequest input) {
    Constraints constraints = RoleShapes.description(named(input), input.description());
    RoleShapes.maxSession(constraints, input.maxSessionDuration()).verify();
  }

  @Override
  public UpdateRoleResponse run(Call call, UpdateRoleRequest input) {
    PrincipalChange change =
        roles.update(
            input.roleName(),
            Optional.ofNullable(input.description()),
            Optional.ofNullable(input.maxSessionDuration()).map(Duration::ofSeconds));
    principals.require(change, input.roleName(), "");
    return UpdateRoleResponse.builder().build();
  }
}
