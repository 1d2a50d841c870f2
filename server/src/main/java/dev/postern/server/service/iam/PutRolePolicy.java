package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyResponse;

/** Makes or replaces an inline policy of a role. */
final class PutRolePolicy extends PrincipalOperation<PutRolePolicyRequest, PutRolePolicyResponse> {
  PutRolePolicy(PrincipalRules roles) {
    super(roles, SdkCodec.of(PutRolePolicyRequest.class, PutRolePolicyRequest::builder), false);
  }

  @Override
  String principal(PutRolePolicyRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(PutRolePolicyRequest input) {
    Constraints constraints =
        PrincipalRules.policyName(named(input), input.policyName())
            .member("policyDocument", input.policyDocument())
            .required();
    PolicyRules.document(constraints, "policyDocument", input.policyDocument()).verify();
    principals.checkDocument(input.policyDocument());
  }

  @Override
  Map<String, List<String>> keys(PutRolePolicyRequest input) {
    return principals.boundaryOf(input.roleName());
  }

  @Override
  public PutRolePolicyResponse run(Call call, PutRolePolicyRequest input) {
    principals.putInline(input.roleName(), input.policyName(), input.policyDocument());
    return PutRolePolicyResponse.builder().build();
  }
}
