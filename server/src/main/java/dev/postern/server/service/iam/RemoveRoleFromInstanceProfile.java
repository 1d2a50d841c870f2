package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IamEntity;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileResponse;

/** Takes the role out of an instance profile. */
final class RemoveRoleFromInstanceProfile
    extends InstanceProfileOperation<
        RemoveRoleFromInstanceProfileRequest, RemoveRoleFromInstanceProfileResponse> {
  private final PrincipalRules rules;

  RemoveRoleFromInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            RemoveRoleFromInstanceProfileRequest.class,
            RemoveRoleFromInstanceProfileRequest::builder),
        false);
    this.rules = new PrincipalRules(IamEntity.ROLE, parts);
  }

  @Override
  String profile(RemoveRoleFromInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(RemoveRoleFromInstanceProfileRequest input) {
    rules.name(named(input), input.roleName()).verify();
  }

  @Override
  public RemoveRoleFromInstanceProfileResponse run(
      Call call, RemoveRoleFromInstanceProfileRequest input) {
    String name = input.instanceProfileName();
    require(profiles.removeRole(name, input.roleName()), name, input.roleName());
    return RemoveRoleFromInstanceProfileResponse.builder().build();
  }
}
