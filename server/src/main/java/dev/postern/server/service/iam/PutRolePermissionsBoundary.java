package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryResponse;

/** Limits what policies can allow a role. */
final class PutRolePermissionsBoundary
    extends PrincipalOperation<
        PutRolePermissionsBoundaryRequest, PutRolePermissionsBoundaryResponse> {
  PutRolePermissionsBoundary(PrincipalRules roles) {
    super(
        roles,
        SdkCodec.of(
            PutRolePermissionsBoundaryRequest.class, PutRolePermissionsBoundaryRequest::builder),
        false);
  }

  @Override
  String principal(PutRolePermissionsBoundaryRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(PutRolePermissionsBoundaryRequest input) {
    PolicyRules.arn(named(input), "permissionsBoundary", input.permissionsBoundary()).verify();
    PolicyRules.requireArn(input.permissionsBoundary());
  }

  @Override
  Map<String, List<String>> keys(PutRolePermissionsBoundaryRequest input) {
    return PrincipalRules.boundaryKey(input.permissionsBoundary());
  }

  @Override
  public PutRolePermissionsBoundaryResponse run(
      Call call, PutRolePermissionsBoundaryRequest input) {
    principals.setBoundary(input.roleName(), input.permissionsBoundary());
    return PutRolePermissionsBoundaryResponse.builder().build();
  }
}
