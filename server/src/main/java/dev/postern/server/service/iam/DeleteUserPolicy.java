package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyResponse;

/** Deletes an inline policy of a user. */
final class DeleteUserPolicy
    extends PrincipalOperation<DeleteUserPolicyRequest, DeleteUserPolicyResponse> {
  DeleteUserPolicy(PrincipalRules users) {
    super(
        users, SdkCodec.of(DeleteUserPolicyRequest.class, DeleteUserPolicyRequest::builder), false);
  }

  @Override
  String principal(DeleteUserPolicyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(DeleteUserPolicyRequest input) {
    PrincipalRules.policyName(named(input), input.policyName()).verify();
  }

  @Override
  Map<String, List<String>> keys(DeleteUserPolicyRequest input) {
    return principals.boundaryOf(input.userName());
  }

  @Override
  public DeleteUserPolicyResponse run(Call call, DeleteUserPolicyRequest input) {
    principals.deleteInline(input.userName(), input.policyName());
    return DeleteUserPolicyResponse.builder().build();
  }
}
