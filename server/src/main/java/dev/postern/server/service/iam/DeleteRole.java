package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Roles;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;

/** Deletes a role that has nothing left; the credentials of its sessions end with it. */
final class DeleteRole extends PrincipalOperation<DeleteRoleRequest, DeleteRoleResponse> {
  private final Roles roles;

  DeleteRole(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(DeleteRoleRequest.class, DeleteRoleRequest::builder), false);
    this.roles = parts.store().roles();
  }

  @Override
  String principal(DeleteRoleRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(DeleteRoleRequest input) {
    named(input).verify();
  }

  @Override
  public DeleteRoleResponse run(Call call, DeleteRoleRequest input) {
    principals.require(roles.delete(input.roleName()), input.roleName(), "");
    return DeleteRoleResponse.builder().build();
  }
}
