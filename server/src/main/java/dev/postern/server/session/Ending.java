package dev.postern.server.session;

import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.control.AgentTaskComplete;
import java.util.Optional;

/**
 * Why and how a session ends. The first one counts.
 *
 * @param status the record's last status
 * @param output what the client is shown; empty for the usual text
 * @param details what the record keeps
 * @param cause who brought it about
 */
record Ending(Status status, String output, Optional<String> details, Cause cause) {
  static final int DETAILS_LENGTH_MAX = 1024;

  /** Who ends a session. */
  enum Cause {
    /** The agent said that its process ended, on the data channel, after all output. */
    AGENT_TERMINATING,
    /** The agent said that the task is complete, on the control channel. */
    TASK_COMPLETE,
    /** An API call, a limit in time, or a node that was removed. */
    REQUEST,
    /** The client did not come, or not come back. */
    CLIENT_GONE,
    /** The agent did not come, or not come back. */
    AGENT_GONE
  }

  /** Whether the agent ended its part and needs no telling. */
  boolean isByAgent() {
    return cause == Cause.AGENT_TERMINATING || cause == Cause.TASK_COMPLETE;
  }

  static Ending terminating() {
    return new Ending(Status.Terminated, "", Optional.empty(), Cause.AGENT_TERMINATING);
  }

  static Ending of(AgentTaskComplete complete) {
    boolean failed =
        complete.finalTaskStatus().equals(AgentTaskComplete.FAILED)
            || complete.finalTaskStatus().equals(AgentTaskComplete.TIMED_OUT);
    String text = complete.output().strip();
    Optional<String> details =
        text.isEmpty()
            ? Optional.empty()
            : Optional.of(text.substring(0, Math.min(text.length(), DETAILS_LENGTH_MAX)));
    return new Ending(
        failed ? Status.Failed : Status.Terminated,
        complete.output(),
        details,
        Cause.TASK_COMPLETE);
  }

  static Ending request(String output, String details) {
    return new Ending(Status.Terminated, output, optional(details), Cause.REQUEST);
  }

  static Ending clientGone(String details) {
    return new Ending(Status.Terminated, "", Optional.of(details), Cause.CLIENT_GONE);
  }

  static Ending agentGone(String details) {
    return new Ending(Status.Failed, details, Optional.of(details), Cause.AGENT_GONE);
  }

  private static Optional<String> optional(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
