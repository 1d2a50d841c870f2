package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.PrincipalChange;
import dev.postern.server.store.Users;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserResponse;

/** Gives a user another name or path; what refers to it follows. */
final class UpdateUser extends PrincipalOperation<UpdateUserRequest, UpdateUserResponse> {
  private final Users users;

  UpdateUser(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(UpdateUserRequest.class, UpdateUserRequest::builder), false);
    this.users = parts.store().users();
  }

  @Override
  String principal(UpdateUserRequest input) {
    return input.userName();
  }

  @Override
  public void validate(UpdateUserRequest input) {
    Constraints constraints = PrincipalPaths.path(named(input), "newPath", input.newPath());
    principals.name(constraints, "newUserName", input.newUserName()).verify();
  }

  /** The user as it is and as it will be. */
  @Override
  public Question question(UpdateUserRequest input, Caller caller) {
    Question.Check now = super.question(input, caller).checks().getFirst();
    String target = principals.arn(input.userName(), input.newPath(), input.newUserName());
    return new Question(
        List.of(
            now, new Question.Check(action(), target, now.conditionKeys()).shownAs(shown(input))),
        Question.Proof.ACCESS_KEY);
  }

  /** The target as far as the input says what it is. */
  private String shown(UpdateUserRequest input) {
    String name = input.newUserName() == null ? input.userName() : input.newUserName();
    return principals.arn(PrincipalPaths.orRoot(input.newPath()), name);
  }

  @Override
  public UpdateUserResponse run(Call call, UpdateUserRequest input) {
    PrincipalChange change =
        users.update(
            input.userName(),
            Optional.ofNullable(input.newUserName()),
            Optional.ofNullable(input.newPath()));
    String name = change == PrincipalChange.NAME_TAKEN ? input.newUserName() : input.userName();
    principals.require(change, name, "");
    return UpdateUserResponse.builder().build();
  }
}
