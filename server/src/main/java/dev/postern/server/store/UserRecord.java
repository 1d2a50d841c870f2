package dev.postern.server.store;

import java.time.Instant;
import java.util.List;

/**
 * An IAM user.
 *
 * @param name as given; look-ups do not regard case
 * @param path begins and ends with a slash
 * @param userId {@code AIDA...}
 * @param attachedPolicies ARNs of managed policies
 */
public record UserRecord(
    String name, String path, String userId, Instant createdDate, List<String> attachedPolicies) {
  public UserRecord {
    attachedPolicies = List.copyOf(attachedPolicies);
  }
}
