package dev.postern.server.store;

import dev.postern.server.store.SessionRecord.Status;
import java.time.Instant;
import java.util.Optional;

/**
 * Which sessions a listing holds; all present conditions must hold.
 *
 * @param invokedAfter start date at or after
 * @param invokedBefore start date before
 * @param owner the owner's ARN, exactly
 */
public record SessionFilter(
    Optional<Instant> invokedAfter,
    Optional<Instant> invokedBefore,
    Optional<String> target,
    Optional<String> owner,
    Optional<Status> status,
    Optional<String> sessionId) {
  /** Every session. */
  public static final SessionFilter NONE =
      new SessionFilter(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
