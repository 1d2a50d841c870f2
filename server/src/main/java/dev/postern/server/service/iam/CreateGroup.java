package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import dev.postern.server.store.IamEntity;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupResponse;

/** Makes a group without users and policies. */
final class CreateGroup extends IamOperation<CreateGroupRequest, CreateGroupResponse> {
  private final IamArns arns;
  private final PrincipalRules rules;
  private final Groups groups;

  CreateGroup(IamParts parts) {
    super(SdkCodec.of(CreateGroupRequest.class, CreateGroupRequest::builder), false);
    this.arns = parts.arns();
    this.rules = new PrincipalRules(IamEntity.GROUP, parts);
    this.groups = parts.store().groups();
  }

  @Override
  public void validate(CreateGroupRequest input) {
    Constraints constraints = rules.name(Constraints.of(), input.groupName());
    PrincipalPaths.path(constraints, "path", input.path()).verify();
  }

  @Override
  public Question question(CreateGroupRequest input, Caller caller) {
    return Question.of(
        action(), arns.group(PrincipalPaths.orRoot(input.path()), input.groupName()));
  }

  @Override
  public CreateGroupResponse run(Call call, CreateGroupRequest input) {
    String name = input.groupName();
    rules.require(groups.create(name, PrincipalPaths.orRoot(input.path())), name, "");
    return CreateGroupResponse.builder().group(UserShapes.group(rules.find(name), arns)).build();
  }
}
