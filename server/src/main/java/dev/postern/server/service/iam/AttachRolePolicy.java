package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyResponse;

/** Attaches a managed policy to a role; attaching it again is fine. */
final class AttachRolePolicy
    extends PrincipalOperation<AttachRolePolicyRequest, AttachRolePolicyResponse> {
  AttachRolePolicy(PrincipalRules roles) {
    super(
        roles, SdkCodec.of(AttachRolePolicyRequest.class, AttachRolePolicyRequest::builder), false);
  }

  @Override
  String principal(AttachRolePolicyRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(AttachRolePolicyRequest input) {
    PolicyRules.arn(named(input), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  Map<String, List<String>> keys(AttachRolePolicyRequest input) {
    return policyKeys(input.roleName(), input.policyArn());
  }

  @Override
  public AttachRolePolicyResponse run(Call call, AttachRolePolicyRequest input) {
    principals.attach(input.roleName(), input.policyArn());
    return AttachRolePolicyResponse.builder().build();
  }
}
