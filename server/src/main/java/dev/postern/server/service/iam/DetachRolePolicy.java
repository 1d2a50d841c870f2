package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyResponse;

/** Detaches a managed policy from a role. */
final class DetachRolePolicy
    extends PrincipalOperation<DetachRolePolicyRequest, DetachRolePolicyResponse> {
  DetachRolePolicy(PrincipalRules roles) {
    super(
        roles, SdkCodec.of(DetachRolePolicyRequest.class, DetachRolePolicyRequest::builder), false);
  }

  @Override
  String principal(DetachRolePolicyRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(DetachRolePolicyRequest input) {
    PolicyRules.arn(named(input), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  Map<String, List<String>> keys(DetachRolePolicyRequest input) {
    return policyKeys(input.roleName(), input.policyArn());
  }

  @Override
  public DetachRolePolicyResponse run(Call call, DetachRolePolicyRequest input) {
    principals.detach(input.roleName(), input.policyArn());
    return DetachRolePolicyResponse.builder().build();
  }
}
