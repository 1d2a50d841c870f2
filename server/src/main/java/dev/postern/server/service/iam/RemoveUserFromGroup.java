package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupResponse;

/** Takes a user out of a group; removing who is no member is fine. */
final class RemoveUserFromGroup
    extends MembershipOperation<RemoveUserFromGroupRequest, RemoveUserFromGroupResponse> {
  private final Groups groups;

  RemoveUserFromGroup(PrincipalRules rules, PrincipalRules users, IamParts parts) {
    super(
        rules,
        users,
        SdkCodec.of(RemoveUserFromGroupRequest.class, RemoveUserFromGroupRequest::builder));
    this.groups = parts.store().groups();
  }

  @Override
  String principal(RemoveUserFromGroupRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(RemoveUserFromGroupRequest input) {
    users.name(named(input), input.userName()).verify();
  }

  @Override
  public RemoveUserFromGroupResponse run(Call call, RemoveUserFromGroupRequest input) {
    String group = input.groupName();
    String user = input.userName();
    require(groups.remove(group, user), group, user);
    return RemoveUserFromGroupResponse.builder().build();
  }
}
