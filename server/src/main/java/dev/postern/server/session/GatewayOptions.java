package dev.postern.server.session;

import java.time.Duration;

/**
 * How long the gateway waits for what.
 *
 * @param resumeWindow how long a side that was there may be gone before the session ends
 * @param clientAttachMax how long a new session waits for its client: the lifetime of its token
 */
public record GatewayOptions(Duration resumeWindow, Duration clientAttachMax, Timing timing) {
  /** With the usual timing. */
  public GatewayOptions(Duration resumeWindow, Duration clientAttachMax) {
    this(resumeWindow, clientAttachMax, Timing.USUAL);
  }

  /**
   * Times that are not configured.
   *
   * @param openMax from a connection's upgrade to its first text
   * @param startMax from the start's way to the agent to the agent's data channel
   * @param graceMax how long an agent that was told to end a session may take
   * @param drainIdleMax how long a client that is owed output may go without acknowledging any
   * @param terminateDrainMax how long a terminated session's client may take for what is owed
   * @param lastOutputMax how long an ended task's data channel may still bring output
   * @param tick how often deadlines are looked at
   * @param pingEvery how often data channels are asked for a sign of life
   * @param silenceMax without which they are closed
   * @param busySilenceMax the same while the peer is owed messages, but for our own agents: an
   *     official peer whose terminal is stopped, or whose program takes no input, answers nothing,
   *     and the official plugin's own pings come every five minutes
   * @param controlSilenceMax agents ping their control channel every 54 s
   */
  public record Timing(
      Duration openMax,
      Duration startMax,
      Duration graceMax,
      Duration drainIdleMax,
      Duration terminateDrainMax,
      Duration lastOutputMax,
      Duration tick,
      Duration pingEvery,
      Duration silenceMax,
      Duration busySilenceMax,
      Duration controlSilenceMax) {
    /** What a server uses. */
    public static final Timing USUAL =
        new Timing(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(90),
            Duration.ofSeconds(330),
            Duration.ofSeconds(120));
  }
}
