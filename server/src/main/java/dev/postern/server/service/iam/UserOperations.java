package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import dev.postern.server.store.IamEntity;
import java.util.ArrayList;
import java.util.List;

/** The operations on users, groups, access keys and MFA devices. */
final class UserOperations {
  private UserOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    List<Operation<?, ?>> operations = new ArrayList<>();
    operations.addAll(users(parts));
    operations.addAll(GroupOperations.of(parts));
    operations.addAll(AccessKeyOperations.of(parts));
    operations.addAll(MfaOperations.of(parts));
    return List.copyOf(operations);
  }

  private static List<Operation<?, ?>> users(IamParts parts) {
    PrincipalRules users = new PrincipalRules(IamEntity.USER, parts);
    return List.of(
        new CreateUser(parts),
        new GetUser(users, parts),
        new ListUsers(users, parts),
        new UpdateUser(users, parts),
        new DeleteUser(users, parts),
        new TagUser(users),
        new UntagUser(users),
        new ListUserTags(users),
        new PutUserPermissionsBoundary(users),
        new DeleteUserPermissionsBoundary(users),
        new PutUserPolicy(users),
        new GetUserPolicy(users),
        new ListUserPolicies(users),
        new DeleteUserPolicy(users),
        new AttachUserPolicy(users),
        new DetachUserPolicy(users),
        new ListAttachedUserPolicies(users),
        new ListGroupsForUser(users, parts));
  }
}
