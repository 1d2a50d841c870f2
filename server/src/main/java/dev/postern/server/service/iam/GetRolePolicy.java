package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyResponse;

/** Shows an inline policy of a role. */
final class GetRolePolicy extends PrincipalOperation<GetRolePolicyRequest, GetRolePolicyResponse> {
  GetRolePolicy(PrincipalRules roles) {
    super(roles, SdkCodec.of(GetRolePolicyRequest.class, GetRolePolicyRequest::builder), true);
  }

  @Override
  String principal(GetRolePolicyRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(GetRolePolicyRequest input) {
    PrincipalRules.policyName(named(input), input.policyName()).verify();
  }

  @Override
  public GetRolePolicyResponse run(Call call, GetRolePolicyRequest input) {
    String document = principals.inline(input.roleName(), input.policyName());
    return GetRolePolicyResponse.builder()
        .roleName(principals.find(input.roleName()).name())
        .policyName(input.policyName())
        .policyDocument(document)
        .build();
  }
}
