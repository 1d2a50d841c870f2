package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyResponse;

/** Deletes an inline policy of a role. */
final class DeleteRolePolicy
    extends PrincipalOperation<DeleteRolePolicyRequest, DeleteRolePolicyResponse> {
  DeleteRolePolicy(PrincipalRules roles) {
    super(
        roles, SdkCodec.of(DeleteRolePolicyRequest.class, DeleteRolePolicyRequest::builder), false);
  }

  @Override
  String principal(DeleteRolePolicyRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(DeleteRolePolicyRequest input) {
    PrincipalRules.policyName(named(input), input.policyName()).verify();
  }

  @Override
  Map<String, List<String>> keys(DeleteRolePolicyRequest input) {
    return principals.boundaryOf(input.roleName());
  }

  @Override
  public DeleteRolePolicyResponse run(Call call, DeleteRolePolicyRequest input) {
    principals.deleteInline(input.roleName(), input.policyName());
    return DeleteRolePolicyResponse.builder().build();
  }
}
