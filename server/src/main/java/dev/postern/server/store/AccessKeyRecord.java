package dev.postern.server.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;

/**
 * An access key, long-term or temporary.
 *
 * @param secret the secret access key, decrypted; never logged
 * @param principal whose key it is
 * @param sessionTokenHash of the token that a temporary key must come with; absent for long-term
 *     keys. See {@link #acceptsSessionToken}
 * @param expiration when a temporary key ends
 * @param createdDate when it was made: what {@code aws:TokenIssueTime} is for a temporary key
 * @param context what a temporary key carries
 */
public record AccessKeyRecord(
    String accessKeyId,
    String secret,
    boolean active,
    Principal principal,
    Optional<String> sessionTokenHash,
    Optional<Instant> expiration,
    Instant createdDate,
    SessionContext context) {
  /** Whose key it is. */
  public sealed interface Principal {
    /** An IAM user, by a long-term key or by one of GetSessionToken. */
    record User(String userName) implements Principal {}

    /** A session of a role; the node that it was issued to, if one. */
    record RoleSession(String roleName, String sessionName, Optional<String> instanceId)
        implements Principal {}
  }

  /** Whether this is the token that the key was issued with, or none where none was issued. */
  public boolean acceptsSessionToken(Optional<String> token) {
    if (sessionTokenHash.isEmpty() || token.isEmpty()) {
      return sessionTokenHash.isEmpty() && token.isEmpty();
    }
    return MessageDigest.isEqual(
        sessionTokenHash.get().getBytes(StandardCharsets.US_ASCII),
        Hashes.hex(token.get()).getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "AccessKeyRecord[" + accessKeyId + "]";
  }
}
