package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyResponse;

/** Shows an inline policy of a group. */
final class GetGroupPolicy
    extends PrincipalOperation<GetGroupPolicyRequest, GetGroupPolicyResponse> {
  GetGroupPolicy(PrincipalRules groups) {
    super(groups, SdkCodec.of(GetGroupPolicyRequest.class, GetGroupPolicyRequest::builder), true);
  }

  @Override
  String principal(GetGroupPolicyRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(GetGroupPolicyRequest input) {
    PrincipalRules.policyName(named(input), input.policyName()).verify();
  }

  @Override
  public GetGroupPolicyResponse run(Call call, GetGroupPolicyRequest input) {
    String document = principals.inline(input.groupName(), input.policyName());
    return GetGroupPolicyResponse.builder()
        .groupName(principals.find(input.groupName()).name())
        .policyName(input.policyName())
        .policyDocument(document)
        .build();
  }
}
