package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyResponse;

/** Detaches a managed policy from a user. */
final class DetachUserPolicy
    extends PrincipalOperation<DetachUserPolicyRequest, DetachUserPolicyResponse> {
  DetachUserPolicy(PrincipalRules users) {
    super(
        users, SdkCodec.of(DetachUserPolicyRequest.class, DetachUserPolicyRequest::builder), false);
  }

  @Override
  String principal(DetachUserPolicyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(DetachUserPolicyRequest input) {
    PolicyRules.arn(named(input), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  Map<String, List<String>> keys(DetachUserPolicyRequest input) {
    return policyKeys(input.userName(), input.policyArn());
  }

  @Override
  public DetachUserPolicyResponse run(Call call, DetachUserPolicyRequest input) {
    principals.detach(input.userName(), input.policyArn());
    return DetachUserPolicyResponse.builder().build();
  }
}
