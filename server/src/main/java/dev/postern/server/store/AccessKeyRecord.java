package dev.postern.server.store;

import java.time.Instant;
import java.util.Optional;

/**
 * An access key, long-term or temporary.
 *
 * @param secret the secret access key, decrypted; never logged
 * @param principal whose key it is
 * @param sessionToken what a temporary key must come with; absent for long-term keys
 * @param expiration when a temporary key ends
 */
public record AccessKeyRecord(
    String accessKeyId,
    String secret,
    boolean active,
    Principal principal,
    Optional<String> sessionToken,
    Optional<Instant> expiration) {
  /** Whose key it is. */
  public sealed interface Principal {
    /** An IAM user. */
    record User(String userName) implements Principal {}

    /** A session of a role; the node that it was issued to, if one. */
    record RoleSession(String roleName, String sessionName, Optional<String> instanceId)
        implements Principal {}
  }

  @Override
  public String toString() {
    return "AccessKeyRecord[" + accessKeyId + "]";
  }
}
