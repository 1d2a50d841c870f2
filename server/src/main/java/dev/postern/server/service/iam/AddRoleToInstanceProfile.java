package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IamEntity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileResponse;

/**
 * Puts a role into an instance profile, which holds one at most. The caller hands the role on, and
 * so must be allowed to pass it.
 */
final class AddRoleToInstanceProfile
    extends InstanceProfileOperation<
        AddRoleToInstanceProfileRequest, AddRoleToInstanceProfileResponse> {
  private final PrincipalRules rules;

  AddRoleToInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            AddRoleToInstanceProfileRequest.class, AddRoleToInstanceProfileRequest::builder),
        false);
    this.rules = new PrincipalRules(IamEntity.ROLE, parts);
  }

  @Override
  String profile(AddRoleToInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(AddRoleToInstanceProfileRequest input) {
    rules.name(named(input), input.roleName()).verify();
  }

  @Override
  public Question question(AddRoleToInstanceProfileRequest input, Caller caller) {
    List<Question.Check> checks = new ArrayList<>(super.question(input, caller).checks());
    Map<String, List<String>> keys = Map.of("iam:PassedToService", List.of("ec2.amazonaws.com"));
    String role = input.roleName();
    checks.add(
        new Question.Check("iam:PassRole", rules.arn(role), keys).shownAs(rules.arn("/", role)));
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public AddRoleToInstanceProfileResponse run(Call call, AddRoleToInstanceProfileRequest input) {
    String name = input.instanceProfileName();
    require(profiles.addRole(name, input.roleName()), name, input.roleName());
    return AddRoleToInstanceProfileResponse.builder().build();
  }
}
