package dev.postern.server.session;

import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import dev.postern.wire.handshake.SessionType;
import java.time.Instant;

/**
 * What the gateway must know of a session to hold it.
 *
 * @param port whether it carries a port
 */
record SessionTicket(
    SessionId id,
    String instanceId,
    Status status,
    Instant startDate,
    SessionLimits limits,
    boolean port) {
  static SessionTicket of(SessionRecord record) {
    return new SessionTicket(
        record.id(),
        record.target(),
        record.status(),
        record.startDate(),
        record.limits(),
        record.sessionType().equals(SessionType.PORT));
  }
}
