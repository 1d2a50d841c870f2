package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AddUserToGroupResponse;

/** Puts a user into a group; adding a member again is fine. */
final class AddUserToGroup
    extends MembershipOperation<AddUserToGroupRequest, AddUserToGroupResponse> {
  private final Groups groups;

  AddUserToGroup(PrincipalRules rules, PrincipalRules users, IamParts parts) {
    super(rules, users, SdkCodec.of(AddUserToGroupRequest.class, AddUserToGroupRequest::builder));
    this.groups = parts.store().groups();
  }

  @Override
  String principal(AddUserToGroupRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(AddUserToGroupRequest input) {
    users.name(named(input), input.userName()).verify();
  }

  @Override
  public AddUserToGroupResponse run(Call call, AddUserToGroupRequest input) {
    String group = input.groupName();
    String user = input.userName();
    require(groups.add(group, user), group, user);
    return AddUserToGroupResponse.builder().build();
  }
}
