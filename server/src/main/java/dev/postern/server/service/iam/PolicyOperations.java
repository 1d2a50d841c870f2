package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import java.util.List;

/** The operations on managed policies, simulation and the account. */
final class PolicyOperations {
  private PolicyOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    return List.of();
  }
}
