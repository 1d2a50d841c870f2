package dev.postern.server.store;

import dev.postern.wire.SessionId;
import java.time.Instant;
import java.util.Optional;

/**
 * One session, as DescribeSessions tells it.
 *
 * @param ownerArn of the caller who started it
 * @param ownerUserId the owner's {@code aws:userid}
 * @param target the managed node's id
 * @param documentName the session document in force
 * @param sessionType {@code Standard_Stream}, {@code InteractiveCommands}, {@code
 *     NonInteractiveCommands} or {@code Port}
 * @param details why it ended, where it did not end by itself
 * @param limits in force since its start
 * @param owner who started it and what was asked of policies then: a JSON object of the access
 *     package, absent for sessions older than that
 */
public record SessionRecord(
    SessionId id,
    String ownerArn,
    String ownerUserId,
    String target,
    String documentName,
    String sessionType,
    Optional<String> reason,
    Status status,
    Instant startDate,
    Optional<Instant> endDate,
    Optional<String> details,
    SessionLimits limits,
    Optional<String> owner) {
  /** AWS's session states; the last two are history. */
  public enum Status {
    Connecting,
    Connected,
    Disconnected,
    Terminating,
    Terminated,
    Failed;

    /** Whether the session is over. */
    public boolean isHistory() {
      return this == Terminated || this == Failed;
    }

    /** Whether a session may go from this status to the other one, or be told the same again. */
    public boolean mayBecome(Status next) {
      return switch (this) {
        case Connecting -> true;
        case Connected, Disconnected -> next != Connecting;
        case Terminating -> next == Terminating || next.isHistory();
        case Terminated, Failed -> false;
      };
    }
  }
}
