package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyResponse;

/** Makes or replaces an inline policy of a user. */
final class PutUserPolicy extends PrincipalOperation<PutUserPolicyRequest, PutUserPolicyResponse> {
  PutUserPolicy(PrincipalRules users) {
    super(users, SdkCodec.of(PutUserPolicyRequest.class, PutUserPolicyRequest::builder), false);
  }

  @Override
  String principal(PutUserPolicyRequest input) {
    return input.userName();
  }

  @Override
  public void validate(PutUserPolicyRequest input) {
    Constraints constraints =
        PrincipalRules.policyName(named(input), input.policyName())
            .member("policyDocument", input.policyDocument())
            .required();
    PolicyRules.document(constraints, "policyDocument", input.policyDocument()).verify();
    principals.checkDocument(input.policyDocument());
  }

  @Override
  Map<String, List<String>> keys(PutUserPolicyRequest input) {
    return principals.boundaryOf(input.userName());
  }

  @Override
  public PutUserPolicyResponse run(Call call, PutUserPolicyRequest input) {
    principals.putInline(input.userName(), input.policyName(), input.policyDocument());
    return PutUserPolicyResponse.builder().build();
  }
}
