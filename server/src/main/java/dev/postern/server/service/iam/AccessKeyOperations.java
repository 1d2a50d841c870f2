package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import dev.postern.server.store.IamEntity;
import java.util.List;

/** The operations on users' long-term access keys. */
final class AccessKeyOperations {
  private AccessKeyOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    PrincipalRules users = new PrincipalRules(IamEntity.USER, parts);
    return List.of(
        new CreateAccessKey(users, parts),
        new ListAccessKeys(users, parts),
        new UpdateAccessKey(users, parts),
        new DeleteAccessKey(users, parts),
        new GetAccessKeyLastUsed(users, parts));
  }
}
