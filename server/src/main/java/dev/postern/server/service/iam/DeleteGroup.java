package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Groups;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupResponse;

/** Deletes a group that has neither users nor policies. */
final class DeleteGroup extends PrincipalOperation<DeleteGroupRequest, DeleteGroupResponse> {
  private final Groups groups;

  DeleteGroup(PrincipalRules rules, IamParts parts) {
    super(rules, SdkCodec.of(DeleteGroupRequest.class, DeleteGroupRequest::builder), false);
    this.groups = parts.store().groups();
  }

  @Override
  String principal(DeleteGroupRequest input) {
    return input.groupName();
  }

  @Override
  public void validate(DeleteGroupRequest input) {
    named(input).verify();
  }

  @Override
  public DeleteGroupResponse run(Call call, DeleteGroupRequest input) {
    principals.require(groups.delete(input.groupName()), input.groupName(), "");
    return DeleteGroupResponse.builder().build();
  }
}
