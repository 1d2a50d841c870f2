package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.ManagedPolicies;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyResponse;
import software.amazon.awssdk.services.iam.model.Policy;

/** Shows a managed policy of the account or of AWS, without its document. */
final class GetPolicy extends IamOperation<GetPolicyRequest, GetPolicyResponse> {
  private final CustomerPolicies policies;

  GetPolicy(IamParts parts) {
    super(SdkCodec.of(GetPolicyRequest.class, GetPolicyRequest::builder), true);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(GetPolicyRequest input) {
    PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(GetPolicyRequest input, Caller caller) {
    return PolicyRules.question(action(), input.policyArn(), policies);
  }

  @Override
  public GetPolicyResponse run(Call call, GetPolicyRequest input) {
    String arn = input.policyArn();
    Policy policy =
        ManagedPolicies.find(arn)
            .map(aws -> PolicyShapes.full(aws, policies.usage(arn)))
            .or(() -> policies.find(arn).map(PolicyShapes::full))
            .orElseThrow(() -> PolicyRules.notFound(arn));
    return GetPolicyResponse.builder().policy(policy).build();
  }
}
