package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.UntagPolicyRequest;
import software.amazon.awssdk.services.iam.model.UntagPolicyResponse;

/** Removes tags of a managed policy of the account. */
final class UntagPolicy extends IamOperation<UntagPolicyRequest, UntagPolicyResponse> {
  private final CustomerPolicies policies;

  UntagPolicy(IamParts parts) {
    super(SdkCodec.of(UntagPolicyRequest.class, UntagPolicyRequest::builder), false);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(UntagPolicyRequest input) {
    Constraints constraints = PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn());
    PolicyTags.checkKeys(constraints, input.tagKeys()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  public Question question(UntagPolicyRequest input, Caller caller) {
    return PolicyRules.question(
        action(), input.policyArn(), policies, Map.of("aws:TagKeys", input.tagKeys()));
  }

  @Override
  public UntagPolicyResponse run(Call call, UntagPolicyRequest input) {
    String arn = input.policyArn();
    PolicyRules.requireOwn(call.permit(), action(), arn);
    PolicyRules.requireDone(policies.untag(arn, input.tagKeys()), arn, "");
    return UntagPolicyResponse.builder().build();
  }
}
