package dev.postern.agent.shell;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What runs in a session. Any thread; {@link #await} by the one that owns the session. */
public sealed interface SessionProgram permits ShellSession, CommandSession {
  /**
   * Passes what the user typed.
   *
   * @return false when the program is too far behind: nothing was taken, offer it again
   */
  boolean offer(ByteBuffer input) throws IOException;

  /** The user's terminal has this size now; programs without a terminal do not care. */
  void resize(WindowSize size) throws IOException;

  /**
   * Waits until the program has ended and all that it wrote was handed to the sink.
   *
   * @return its exit status, 128 + n when signal n ended it
   */
  int await() throws InterruptedException;

  /**
   * Ends whatever still runs of all that was started here: hangs up, waits a grace time, kills.
   * Returns when nothing is left. To be called at the end of every session; idempotent.
   */
  void end();
}
