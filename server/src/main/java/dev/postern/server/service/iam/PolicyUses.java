package dev.postern.server.service.iam;

import java.util.List;

/** The values of PolicyUsageFilter. */
final class PolicyUses {
  /** Policies that limit somebody. */
  static final String BOUNDARY = "PermissionsBoundary";

  static final List<String> NAMES = List.of("PermissionsPolicy", BOUNDARY);

  private PolicyUses() {}
}
