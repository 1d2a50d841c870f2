package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import software.amazon.awssdk.services.iam.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyResponse;

/** Deletes a managed policy that nothing uses and that has no versions but the one in force. */
final class DeletePolicy extends IamOperation<DeletePolicyRequest, DeletePolicyResponse> {
  private final CustomerPolicies policies;

  DeletePolicy(IamParts parts) {
    super(SdkCodec.of(DeletePolicyRequest.class, DeletePolicyRequest::builder), false);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(DeletePolicyRequest input) {
    PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(DeletePolicyRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public DeletePolicyResponse run(Call call, DeletePolicyRequest input) {
    String arn = input.policyArn();
    PolicyRules.requireOwn(call.permit(), action(), arn);
    PolicyRules.requireDone(policies.delete(arn), arn, "");
    return DeletePolicyResponse.builder().build();
  }
}
