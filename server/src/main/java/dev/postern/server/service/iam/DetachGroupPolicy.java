package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyResponse;

/** Detaches a managed policy from a group. */
final class DetachGroupPolicy
    extends PrincipalOperation<DetachGroupPolicyRequest, DetachGroupPolicyResponse> {
  DetachGroupPolicy(PrincipalRules groups) {
    super(
        groups,
        SdkCodec.of(DetachGroupPolicyRequest.class, DetachGroupPolicyRequest::builder),
        false);
  }

  @Override
  String principal(DetachGroupPolicyRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(DetachGroupPolicyRequest input) {
    PolicyRules.arn(named(input), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  Map<String, List<String>> keys(DetachGroupPolicyRequest input) {
    return PrincipalRules.policyKey(input.policyArn());
  }

  @Override
  public DetachGroupPolicyResponse run(Call call, DetachGroupPolicyRequest input) {
    principals.detach(input.groupName(), input.policyArn());
    return DetachGroupPolicyResponse.builder().build();
  }
}
