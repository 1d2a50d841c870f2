package dev.postern.wire.message;

/**
 * The names in the MessageType field (spec/data-channel.md 3.4, spec/agent-service.md 3.5). Not an
 * enum: unknown names arrive from newer peers and are ignored, not refused.
 */
public final class MessageType {
  /** Client to agent, sequenced. */
  public static final String INPUT_STREAM_DATA = "input_stream_data";

  /** Agent to client, sequenced. */
  public static final String OUTPUT_STREAM_DATA = "output_stream_data";

  public static final String ACKNOWLEDGE = "acknowledge";

  /** Agent to service, on the data channel; never relayed. */
  public static final String AGENT_SESSION_STATE = "agent_session_state";

  /** Service to both ends, on data and control channels. */
  public static final String CHANNEL_CLOSED = "channel_closed";

  /** Service to a client that asked for it: {@link dev.postern.wire.control.ResumeToken}. */
  public static final String RESUME_TOKEN = "postern_resume_token";

  public static final String START_PUBLICATION = "start_publication";
  public static final String PAUSE_PUBLICATION = "pause_publication";

  /** Service to agent on the control channel: start a session of any type. */
  public static final String INTERACTIVE_SHELL = "interactive_shell";

  public static final String AGENT_TASK_COMPLETE = "agent_task_complete";
  public static final String AGENT_TASK_ACKNOWLEDGE = "agent_task_acknowledge";
  public static final String AGENT_TASK_REPLY = "agent_task_reply";
  public static final String AGENT_JOB = "agent_job";
  public static final String AGENT_JOB_ACK = "agent_job_ack";
  public static final String AGENT_JOB_REPLY = "agent_job_reply";
  public static final String AGENT_JOB_REPLY_ACK = "agent_job_reply_ack";
  public static final String AGENT_TELEMETRY = "agent_telemetry";
  public static final String AGENT_UPDATE_RESULT = "agent_update_result";

  private MessageType() {}

  /** Start or pause: the two kinds whose header nobody may rely on (spec/data-channel.md 3.5). */
  public static boolean isPublication(String messageType) {
    return messageType.equals(START_PUBLICATION) || messageType.equals(PAUSE_PUBLICATION);
  }

  /** Whether messages of this type carry a sequence number. */
  public static boolean isStream(String messageType) {
    return messageType.equals(INPUT_STREAM_DATA) || messageType.equals(OUTPUT_STREAM_DATA);
  }
}
