package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A managed policy of the account's own.
 *
 * @param name as given; unique without regard to case, whatever the path
 * @param path begins and ends with a slash
 * @param policyId {@code ANPA...}
 * @param defaultVersion the number of the version that is in force
 * @param updatedDate when the newest version was made
 * @param usage what it is attached to now
 */
public record CustomerPolicyRecord(
    String arn,
    String name,
    String path,
    String policyId,
    Optional<String> description,
    long defaultVersion,
    Instant createdDate,
    Instant updatedDate,
    Usage usage,
    Map<String, String> tags) {
  public CustomerPolicyRecord {
    tags = Map.copyOf(tags);
  }

  /**
   * How often a policy is used.
   *
   * @param attachments users, groups and roles that it is attached to
   * @param boundaries users and roles that it is the permissions boundary of
   */
  public record Usage(int attachments, int boundaries) {
    public static final Usage NONE = new Usage(0, 0);
  }
}
