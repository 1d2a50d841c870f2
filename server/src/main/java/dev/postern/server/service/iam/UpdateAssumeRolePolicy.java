package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Roles;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyResponse;

/** Says anew who may assume a role; sessions that exist go on. */
final class UpdateAssumeRolePolicy
    extends PrincipalOperation<UpdateAssumeRolePolicyRequest, UpdateAssumeRolePolicyResponse> {
  private final Roles roles;
  private final RoleShapes shapes;

  UpdateAssumeRolePolicy(PrincipalRules rules, IamParts parts) {
    super(
        rules,
        SdkCodec.of(UpdateAssumeRolePolicyRequest.class, UpdateAssumeRolePolicyRequest::builder),
        false);
    this.roles = parts.store().roles();
    this.shapes = new RoleShapes(parts.arns());
  }

  @Override
  String principal(UpdateAssumeRolePolicyRequest input) {
    return input.roleName();
  }

  @Override
  public void validate(UpdateAssumeRolePolicyRequest input) {
    Constraints constraints = named(input);
    constraints.member("policyDocument", input.policyDocument()).required();
    PolicyRules.document(constraints, "policyDocument", input.policyDocument()).verify();
    shapes.trust(input.policyDocument());
  }

  @Override
  public UpdateAssumeRolePolicyResponse run(Call call, UpdateAssumeRolePolicyRequest input) {
    Roles.Outcome outcome =
        roles.updateTrust(input.roleName(), shapes.trust(input.policyDocument()));
    outcome
        .unknownPrincipal()
        .ifPresent(arn -> {
          throw RoleShapes.unknownPrincipal(arn);
        });
    principals.require(outcome.change(), input.roleName(), "");
    return UpdateAssumeRolePolicyResponse.builder().build();
  }
}
