package dev.postern.server.store;

import java.time.Duration;
import java.util.Map;

/**
 * A role as it is seen by those who want to assume it.
 *
 * @param name as given, without the path
 * @param path begins and ends with a slash
 * @param roleId {@code AROA...}
 * @param trustPolicy the JSON document that says who may assume the role
 * @param trustIds from the ARNs that the trust policy names to the unique ids that those principals
 *     had when it was written
 * @param maxSessionDuration the longest life of a session's credentials
 */
public record TrustedRole(
    String name,
    String path,
    String roleId,
    String trustPolicy,
    Map<String, String> trustIds,
    Duration maxSessionDuration) {
  public TrustedRole {
    trustIds = Map.copyOf(trustIds);
  }
}
