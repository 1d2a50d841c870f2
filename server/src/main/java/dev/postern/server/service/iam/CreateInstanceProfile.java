package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.InstanceProfiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileResponse;

/** Makes an instance profile, which holds no role yet. */
final class CreateInstanceProfile
    extends InstanceProfileOperation<CreateInstanceProfileRequest, CreateInstanceProfileResponse> {
  CreateInstanceProfile(IamParts parts) {
    super(
        parts,
        SdkCodec.of(CreateInstanceProfileRequest.class, CreateInstanceProfileRequest::builder),
        false);
  }

  @Override
  String profile(CreateInstanceProfileRequest input) {
    return input.instanceProfileName();
  }

  @Override
  public void validate(CreateInstanceProfileRequest input) {
    Constraints constraints = PrincipalPaths.path(named(input), "path", input.path());
    PolicyTags.check(constraints, input.tags()).verify();
    PolicyTags.requireDistinct(input.tags());
  }

  /** Tags given at once need the right to tag as well. */
  @Override
  public Question question(CreateInstanceProfileRequest input, Caller caller) {
    String arn =
        arns.instanceProfile(PrincipalPaths.orRoot(input.path()), input.instanceProfileName());
    Map<String, List<String>> keys = PolicyTags.requestKeys(input.tags());
    List<Question.Check> checks = new ArrayList<>();
    checks.add(new Question.Check(action(), arn, keys));
    if (!input.tags().isEmpty()) {
      checks.add(new Question.Check("iam:TagInstanceProfile", arn, keys));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateInstanceProfileResponse run(Call call, CreateInstanceProfileRequest input) {
    String name = input.instanceProfileName();
    InstanceProfiles.Outcome outcome =
        profiles.create(name, PrincipalPaths.orRoot(input.path()), PolicyTags.map(input.tags()));
    require(outcome, name, "");
    return CreateInstanceProfileResponse.builder().instanceProfile(full(find(name))).build();
  }
}
