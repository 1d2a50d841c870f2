package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyResponse;

/** Attaches a managed policy to a group; attaching it again is fine. */
final class AttachGroupPolicy
    extends PrincipalOperation<AttachGroupPolicyRequest, AttachGroupPolicyResponse> {
  AttachGroupPolicy(PrincipalRules groups) {
    super(
        groups,
        SdkCodec.of(AttachGroupPolicyRequest.class, AttachGroupPolicyRequest::builder),
        false);
  }

  @Override
  String principal(AttachGroupPolicyRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(AttachGroupPolicyRequest input) {
    PolicyRules.arn(named(input), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  Map<String, List<String>> keys(AttachGroupPolicyRequest input) {
    return PrincipalRules.policyKey(input.policyArn());
  }

  @Override
  public AttachGroupPolicyResponse run(Call call, AttachGroupPolicyRequest input) {
    principals.attach(input.groupName(), input.policyArn());
    return AttachGroupPolicyResponse.builder().build();
  }
}
