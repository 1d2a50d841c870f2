package dev.postern.client.session;

import dev.postern.wire.SessionId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The two API calls that a running session needs. A refusal by the server is a {@link
 * dev.postern.aws.Fault}. Safe for use by many threads.
 */
public interface SessionCalls {
  /** A token for one more connection; null when the session has ended. */
  @Nullable String resume(SessionId session) throws IOException;

  /** Ends the session on the server's side. */
  void terminate(SessionId session) throws IOException;
}
