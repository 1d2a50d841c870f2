package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyResponse;

/** Deletes an inline policy of a group. */
final class DeleteGroupPolicy
    extends PrincipalOperation<DeleteGroupPolicyRequest, DeleteGroupPolicyResponse> {
  DeleteGroupPolicy(PrincipalRules groups) {
    super(
        groups,
        SdkCodec.of(DeleteGroupPolicyRequest.class, DeleteGroupPolicyRequest::builder),
        false);
  }

  @Override
  String principal(DeleteGroupPolicyRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(DeleteGroupPolicyRequest input) {
    PrincipalRules.policyName(named(input), input.policyName()).verify();
  }

  @Override
  public DeleteGroupPolicyResponse run(Call call, DeleteGroupPolicyRequest input) {
    principals.deleteInline(input.groupName(), input.policyName());
    return DeleteGroupPolicyResponse.builder().build();
  }
}
