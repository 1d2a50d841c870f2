package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import java.util.List;

/** The operations on users, groups, access keys and MFA devices. */
final class UserOperations {
  private UserOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    return List.of();
  }
}
