package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyResponse;

/** Makes or replaces an inline policy of a group. */
final class PutGroupPolicy
    extends PrincipalOperation<PutGroupPolicyRequest, PutGroupPolicyResponse> {
  PutGroupPolicy(PrincipalRules groups) {
    super(groups, SdkCodec.of(PutGroupPolicyRequest.class, PutGroupPolicyRequest::builder), false);
  }

  @Override
  String principal(PutGroupPolicyRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(PutGroupPolicyRequest input) {
    Constraints constraints =
        PrincipalRules.policyName(named(input), input.policyName())
            .member("policyDocument", input.policyDocument())
            .required();
    PolicyRules.document(constraints, "policyDocument", input.policyDocument()).verify();
    principals.checkDocument(input.policyDocument());
  }

  @Override
  public PutGroupPolicyResponse run(Call call, PutGroupPolicyRequest input) {
    principals.putInline(input.groupName(), input.policyName(), input.policyDocument());
    return PutGroupPolicyResponse.builder().build();
  }
}
