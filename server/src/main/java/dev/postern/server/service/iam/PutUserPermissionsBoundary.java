package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryResponse;

/** Limits what policies can allow a user. */
final class PutUserPermissionsBoundary
    extends PrincipalOperation<
        PutUserPermissionsBoundaryRequest, PutUserPermissionsBoundaryResponse> {
  PutUserPermissionsBoundary(PrincipalRules users) {
    super(
        users,
        SdkCodec.of(
            PutUserPermissionsBoundaryRequest.class, PutUserPermissionsBoundaryRequest::builder),
        false);
  }

  @Override
  String principal(PutUserPermissionsBoundaryRequest input) {
    return input.userName();
  }

  @Override
  public void validate(PutUserPermissionsBoundaryRequest input) {
    PolicyRules.arn(named(input), "permissionsBoundary", input.permissionsBoundary()).verify();
    PolicyRules.requireArn(input.permissionsBoundary());
  }

  @Override
  Map<String, List<String>> keys(PutUserPermissionsBoundaryRequest input) {
    return PrincipalRules.boundaryKey(input.permissionsBoundary());
  }

  @Override
  public PutUserPermissionsBoundaryResponse run(
      Call call, PutUserPermissionsBoundaryRequest input) {
    principals.setBoundary(input.userName(), input.permissionsBoundary());
    return PutUserPermissionsBoundaryResponse.builder().build();
  }
}
