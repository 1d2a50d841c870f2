package dev.postern.server.bus;

import dev.postern.wire.SessionId;

/**
 * Ends a session whose channels or waiting peers somebody holds.
 *
 * @param output what the user is told; empty for the usual text
 * @param details the reason that the session record keeps
 */
public record EndSession(SessionId sessionId, String output, String details)
    implements Question<Boolean> {
  @Override
  public String subject() {
    return "session." + sessionId;
  }
}
