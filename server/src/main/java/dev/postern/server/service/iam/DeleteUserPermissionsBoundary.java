package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryResponse;

/** Takes the permissions boundary of a user away. */
final class DeleteUserPermissionsBoundary
    extends PrincipalOperation<
        DeleteUserPermissionsBoundaryRequest, DeleteUserPermissionsBoundaryResponse> {
  DeleteUserPermissionsBoundary(PrincipalRules users) {
    super(
        users,
        SdkCodec.of(
            DeleteUserPermissionsBoundaryRequest.class,
            DeleteUserPermissionsBoundaryRequest::builder),
        false);
  }

  @Override
  String principal(DeleteUserPermissionsBoundaryRequest input) {
    return input.userName();
  }

  @Override
  public void validate(DeleteUserPermissionsBoundaryRequest input) {
    named(input).verify();
  }

  @Override
  Map<String, List<String>> keys(DeleteUserPermissionsBoundaryRequest input) {
    return principals.boundaryOf(input.userName());
  }

  @Override
  public DeleteUserPermissionsBoundaryResponse run(
      Call call, DeleteUserPermissionsBoundaryRequest input) {
    principals.removeBoundary(input.userName());
    return DeleteUserPermissionsBoundaryResponse.builder().build();
  }
}
