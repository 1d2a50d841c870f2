package dev.postern.server.session;

import dev.postern.server.store.SessionRecord;

/** Asked at every attach of a client, after its token: tokens outlive rights. */
@FunctionalInterface
public interface OwnerRight {
  /** Whether the session's owner may still hold it. Called on a worker; may block. */
  boolean stands(SessionRecord session);
}
