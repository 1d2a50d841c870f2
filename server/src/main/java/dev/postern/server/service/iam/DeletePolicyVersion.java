package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionResponse;

/** Deletes a version of a managed policy that is not in force; its number is not given again. */
final class DeletePolicyVersion
    extends IamOperation<DeletePolicyVersionRequest, DeletePolicyVersionResponse> {
  private final CustomerPolicies policies;

  DeletePolicyVersion(IamParts parts) {
    super(
        SdkCodec.of(DeletePolicyVersionRequest.class, DeletePolicyVersionRequest::builder), false);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(DeletePolicyVersionRequest input) {
    Constraints constraints = PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn());
    PolicyRules.version(constraints, input.versionId()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(DeletePolicyVersionRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public DeletePolicyVersionResponse run(Call call, DeletePolicyVersionRequest input) {
    String arn = input.policyArn();
    PolicyRules.requireOwn(call.permit(), action(), arn);
    PolicyRules.requireDone(
        policies.deleteVersion(arn, PolicyRules.versionNumber(input.versionId())),
        arn,
        input.versionId());
    return DeletePolicyVersionResponse.builder().build();
  }
}
