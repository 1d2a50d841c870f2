package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import dev.postern.server.store.IamEntity;
import java.util.List;

/** The operations on groups. */
final class GroupOperations {
  private GroupOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    PrincipalRules groups = new PrincipalRules(IamEntity.GROUP, parts);
    PrincipalRules users = new PrincipalRules(IamEntity.USER, parts);
    return List.of(
        new CreateGroup(parts),
        new GetGroup(groups, parts),
        new ListGroups(groups, parts),
        new UpdateGroup(groups, parts),
        new DeleteGroup(groups, parts),
        new AddUserToGroup(groups, users, parts),
        new RemoveUserFromGroup(groups, users, parts),
        new PutGroupPolicy(groups),
        new GetGroupPolicy(groups),
        new ListGroupPolicies(groups),
        new DeleteGroupPolicy(groups),
        new AttachGroupPolicy(groups),
        new DetachGroupPolicy(groups),
        new ListAttachedGroupPolicies(groups));
  }
}
