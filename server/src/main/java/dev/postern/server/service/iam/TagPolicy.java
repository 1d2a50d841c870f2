package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.CustomerPolicies;
import software.amazon.awssdk.services.iam.model.TagPolicyRequest;
import software.amazon.awssdk.services.iam.model.TagPolicyResponse;

/** Sets tags of a managed policy of the account. */
final class TagPolicy extends IamOperation<TagPolicyRequest, TagPolicyResponse> {
  private final CustomerPolicies policies;

  TagPolicy(IamParts parts) {
    super(SdkCodec.of(TagPolicyRequest.class, TagPolicyRequest::builder), false);
    this.policies = parts.store().customerPolicies();
  }

  @Override
  public void validate(TagPolicyRequest input) {
    Constraints constraints =
        PolicyRules.arn(Constraints.of(), "policyArn", input.policyArn())
            .member("tags", input.tags())
            .required();
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyRules.requireArn(input.policyArn());
    PolicyTags.requireDistinct(input.tags());
  }

  @Override
  public Question question(TagPolicyRequest input, Caller caller) {
    return PolicyRules.question(
        action(), input.policyArn(), policies, PolicyTags.requestKeys(input.tags()));
  }

  @Override
  public TagPolicyResponse run(Call call, TagPolicyRequest input) {
    String arn = input.policyArn();
    PolicyRules.requireOwn(call.permit(), action(), arn);
    PolicyRules.requireDone(policies.tag(arn, PolicyTags.map(input.tags())), arn, "");
    return TagPolicyResponse.builder().build();
  }
}
