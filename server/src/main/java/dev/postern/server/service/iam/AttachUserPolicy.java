package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyResponse;

/** Attaches a managed policy to a user; attaching it again is fine. */
final class AttachUserPolicy
    extends PrincipalOperation<AttachUserPolicyRequest, AttachUserPolicyResponse> {
  AttachUserPolicy(PrincipalRules users) {
    super(
        users, SdkCodec.of(AttachUserPolicyRequest.class, AttachUserPolicyRequest::builder), false);
  }

  @Override
  String principal(AttachUserPolicyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(AttachUserPolicyRequest input) {
    PolicyRules.arn(named(input), "policyArn", input.policyArn()).verify();
    PolicyRules.requireArn(input.policyArn());
  }

  @Override
  Map<String, List<String>> keys(AttachUserPolicyRequest input) {
    return policyKeys(input.userName(), input.policyArn());
  }

  @Override
  public AttachUserPolicyResponse run(Call call, AttachUserPolicyRequest input) {
    principals.attach(input.userName(), input.policyArn());
    return AttachUserPolicyResponse.builder().build();
  }
}
