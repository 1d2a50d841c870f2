package dev.postern.server.session;

import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;

/** What the gateway must know of a session to hold it. */
record SessionTicket(SessionId id, String instanceId, Status status) {
  static SessionTicket of(SessionRecord record) {
    return new SessionTicket(record.id(), record.target(), record.status());
  }
}
