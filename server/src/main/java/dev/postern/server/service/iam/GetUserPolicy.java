package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.GetUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetUserPolicyResponse;

/** Shows an inline policy of a user. */
final class GetUserPolicy extends PrincipalOperation<GetUserPolicyRequest, GetUserPolicyResponse> {
  GetUserPolicy(PrincipalRules users) {
    super(users, SdkCodec.of(GetUserPolicyRequest.class, GetUserPolicyRequest::builder), true);
  }

  @Override
  String principal(GetUserPolicyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(GetUserPolicyRequest input) {
    PrincipalRules.policyName(named(input), input.policyName()).verify();
  }

  @Override
  public GetUserPolicyResponse run(Call call, GetUserPolicyRequest input) {
    String document = principals.inline(input.userName(), input.policyName());
    return GetUserPolicyResponse.builder()
        .userName(principals.find(input.userName()).name())
        .policyName(input.policyName())
        .policyDocument(document)
        .build();
  }
}
