package dev.postern.server.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An IAM role.
 *
 * @param name as given, without the path; look-ups do not regard case
 * @param path begins and ends with a slash
 * @param roleId {@code AROA...}
 * @param trustPolicy the JSON document that says who may assume the role
 * @param attachedPolicies ARNs of managed policies
 */
public record RoleRecord(
    String name,
    String path,
    String roleId,
    String trustPolicy,
    Optional<String> description,
    Duration maxSessionDuration,
    Instant createdDate,
    List<String> attachedPolicies) {
  public RoleRecord {
    attachedPolicies = List.copyOf(attachedPolicies);
  }
}
