package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import dev.postern.server.store.IamEntity;
import java.util.List;

/** The operations on roles. */
final class RoleOperations {
  private RoleOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    PrincipalRules roles = new PrincipalRules(IamEntity.ROLE, parts);
    return List.of(
        new CreateRole(parts),
        new GetRole(roles, parts),
        new ListRoles(roles, parts),
        new UpdateRole(roles, parts),
        new UpdateRoleDescription(roles, parts),
        new UpdateAssumeRolePolicy(roles, parts),
        new DeleteRole(roles, parts),
        new TagRole(roles),
        new UntagRole(roles),
        new ListRoleTags(roles),
        new PutRolePermissionsBoundary(roles),
        new DeleteRolePermissionsBoundary(roles),
        new PutRolePolicy(roles),
        new GetRolePolicy(roles),
        new ListRolePolicies(roles),
        new DeleteRolePolicy(roles),
        new AttachRolePolicy(roles),
        new DetachRolePolicy(roles),
        new ListAttachedRolePolicies(roles));
  }
}
