package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import java.util.List;

/** The operations on roles, instance profiles and identity providers. */
final class RoleOperations {
  private RoleOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    return List.of();
  }
}
