package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import dev.postern.server.store.PrincipalChange;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.UpdateGroupRequest;
import software.amazon.awssdk.services.iam.model.UpdateGroupResponse;

/** Gives a group another name or path; what refers to it follows. */
final class UpdateGroup extends PrincipalOperation<UpdateGroupRequest, UpdateGroupResponse> {
  private final Groups groups;

  UpdateGroup(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(UpdateGroupRequest.class, UpdateGroupRequest::builder), false);
    this.groups = parts.store().groups();
  }

  @Override
  String principal(UpdateGroupRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(UpdateGroupRequest input) {
    Constraints constraints = PrincipalPaths.path(named(input), "newPath", input.newPath());
    principals.name(constraints, "newGroupName", input.newGroupName()).verify();
  }

  /** The group as it is and as it will be. */
  @Override
  public Question question(UpdateGroupRequest input, Caller caller) {
    Question.Check now = super.question(input, caller).checks().getFirst();
    String target = principals.arn(input.groupName(), input.newPath(), input.newGroupName());
    return new Question(
        List.of(
            now, new Question.Check(action(), target, now.conditionKeys()).shownAs(shown(input))),
        Question.Proof.ACCESS_KEY);
  }

  /** The target as far as the input says what it is. */
  private String shown(UpdateGroupRequest input) {
    String name = input.newGroupName() == null ? input.groupName() : input.newGroupName();
    return principals.arn(PrincipalPaths.orRoot(input.newPath()), name);
  }

  @Override
  public UpdateGroupResponse run(Call call, UpdateGroupRequest input) {
    PrincipalChange change =
        groups.update(
            input.groupName(),
            Optional.ofNullable(input.newGroupName()),
            Optional.ofNullable(input.newPath()));
    String name = change == PrincipalChange.NAME_TAKEN ? input.newGroupName() : input.groupName();
    principals.require(change, name, "");
    return UpdateGroupResponse.builder().build();
  }
}
