package dev.postern.agent.shell;

import java.time.Duration;

/** Processes of sessions whose agent was killed. */
public final class LeftBehind {
  private static final Duration HANGUP_GRACE = Duration.ofSeconds(2);

  private LeftBehind() {}

  /**
   * Ends what is still there of a session, as its agent would have.
   *
   * @param mark of its {@link Launch}; anything else marks nothing
   */
  public static void end(String mark) {
    if (mark.matches(Launch.MARK_PATTERN)) {
      boolean _ = ProcessScope.existing(mark).end(HANGUP_GRACE);
    }
  }
}
