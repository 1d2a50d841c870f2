package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryResponse;

/** Takes the permissions boundary of a role away. */
final class DeleteRolePermissionsBoundary
    extends PrincipalOperation<
        DeleteRolePermissionsBoundaryRequest, DeleteRolePermissionsBoundaryResponse> {
  DeleteRolePermissionsBoundary(PrincipalRules roles) {
    super(
        roles,
        SdkCodec.of(
            DeleteRolePermissionsBoundaryRequest.class,
            DeleteRolePermissionsBoundaryRequest::builder),
        false);
  }

  @Override
  String principal(DeleteRolePermissionsBoundaryRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(DeleteRolePermissionsBoundaryRequest input) {
    named(input).verify();
  }

  @Override
  Map<String, List<String>> keys(DeleteRolePermissionsBoundaryRequest input) {
    return principals.boundaryOf(input.roleName());
  }

  @Override
  public DeleteRolePermissionsBoundaryResponse run(
      Call call, DeleteRolePermissionsBoundaryRequest input) {
    principals.removeBoundary(input.roleName());
    return DeleteRolePermissionsBoundaryResponse.builder().build();
  }
}
