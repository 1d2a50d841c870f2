package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionResponse;

/** Puts a version of a managed policy in force. */
final class SetDefaultPolicyVersion
    extends IamOperation<SetDefaultPolicyVersionRequest, SetDefaultPolicyVersionResponse> {
  private final CustomerPolicies policies;

  SetDefaultPolicyVersion(IamParts parts) {
    super(
        SdkCodec.of(SetDefaultPolicyVersionRequest.class, SetDefaultPolicyVersionRequest::builder),
        false);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(SetDefaultPolicyVersionRequest input) {
    Constraints constraints = PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn());
    PolicyRules.version(constraints, input.versionId()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(SetDefaultPolicyVersionRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public SetDefaultPolicyVersionResponse run(Call call, SetDefaultPolicyVersionRequest input) {
    String arn = input.policyArn();
    PolicyRules.requireOwn(call.permit(), action(), arn);
    PolicyRules.requireDone(
        policies.setDefault(arn, PolicyRules.versionNumber(input.versionId())),
        arn,
        input.versionId());
    return SetDefaultPolicyVersionResponse.builder().build();
  }
}
