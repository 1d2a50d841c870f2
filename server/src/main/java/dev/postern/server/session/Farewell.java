package dev.postern.server.session;

import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.message.Side;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of a session: who has to be told, what the client is still owed before, and how long all
 * that may take (spec/data-channel.md 10, spec/agent-service.md A19). Owned by the session's loop.
 *
 * <p>The client is told after everything that the agent is known to have sent was acknowledged, or
 * when it acknowledged nothing for a while; a client that is away is waited for as before. The
 * agent is told on both of its channels unless it ended the session itself.
 */
final class Farewell {
  private final Session session;
  private final GatewayOptions.Timing timing;
  private @Nullable Ending ending;
  private boolean clientTold;
  private boolean agentDone;
  private boolean agentTold;
  private long begunNanos;
  private long agentToldNanos;
  private long progressSeen;
  private long progressNanos;

  Farewell(Session session, GatewayOptions.Timing timing) {
    this.session = session;
    this.timing = timing;
  }

  boolean hasBegun() {
    return ending != null;
  }

  /** The first ending, which counts. */
  Ending ending() {
    return Objects.requireNonNull(ending);
  }

  void begin(Ending first, long nowNanos) {
    ending = first;
    begunNanos = nowNanos;
    progressNanos = nowNanos;
    clientTold = first.cause() == Ending.Cause.CLIENT_GONE;
    if (!first.isByAgent()) {
      tellAgentOnControlChannel(nowNanos);
      DataChannel agent = session.presence(Side.AGENT).channel();
      if (agent != null) {
        tellAgent(agent, nowNanos);
      }
    }
  }

  private void tellAgent(DataChannel agent, long nowNanos) {
    onAgentTold(nowNanos);
    agent.send(session.surroundings().messages().channelClosed(session.id(), agent.peerId(), ""));
    agent.flush();
  }

  private void tellAgentOnControlChannel(long nowNanos) {
    ControlChannel control = session.surroundings().controlChannel().apply(session.instanceId());
    if (control != null) {
      onAgentTold(nowNanos);
      control.send(
          session
              .surroundings()
              .messages()
              .channelClosedOnControl(session.id(), session.instanceId()));
    }
  }

  private void onAgentTold(long nowNanos) {
    if (!agentTold) {
      agentTold = true;
      agentToldNanos = nowNanos;
    }
  }

  /** Whether a side that comes now still has something to hear, or to say. */
  boolean mayAttach(Side side) {
    return ending == null || !clientTold || (side == Side.AGENT && !agentDone);
  }

  void onAttach(DataChannel channel, long nowNanos) {
    if (channel.side() == Side.CLIENT) {
      progressNanos = nowNanos;
    } else if (ending != null && !ending.isByAgent()) {
      tellAgent(channel, nowNanos);
    }
  }

  /** The node that has to be told came back. */
  void onControlChannel(long nowNanos) {
    if (ending != null && !ending.isByAgent() && !agentDone) {
      tellAgentOnControlChannel(nowNanos);
    }
  }

  /** The agent finished whatever it had to do for this session. */
  void onTaskComplete() {
    agentDone = true;
  }

  /** Tells the client when its time has come, and gives up on whoever does not react. */
  void progress(long nowNanos) {
    if (ending == null) {
      return;
    }
    long acknowledged = session.relay().to(Side.CLIENT).progress();
    if (acknowledged != progressSeen) {
      progressSeen = acknowledged;
      progressNanos = nowNanos;
    }
    if (!clientTold) {
      progressClient(ending, nowNanos);
    }
    if (!agentDone) {
      agentDone = isAgentDone(ending, nowNanos);
    }
  }

  private void progressClient(Ending first, long nowNanos) {
    Presence client = session.presence(Side.CLIENT);
    DataChannel channel = client.channel();
    if (channel == null) {
      // A request's client learns from ResumeSession that the session is over.
      clientTold = first.cause() == Ending.Cause.REQUEST || client.isLost(nowNanos);
      return;
    }
    if (isClientOwedNothing(nowNanos) || isPatienceOver(first, nowNanos)) {
      channel.send(
          session
              .surroundings()
              .messages()
              .channelClosed(session.id(), channel.peerId(), first.output()));
      channel.flush();
      channel.peer().close(Session.NORMAL_CLOSURE, "the session is over");
      clientTold = true;
    }
  }

  private boolean isClientOwedNothing(long nowNanos) {
    if (!session.relay().to(Side.CLIENT).isDrained()) {
      return false;
    }
    return isAllOutputHere() || isOlderThan(begunNanos, timing.lastOutputMax(), nowNanos);
  }

  /**
   * The control channel may overtake the data channel: a task's last output can be on its way while
   * the agent's connection is open, or just opening, or while numbers are missing.
   */
  private boolean isAllOutputHere() {
    Presence agent = session.presence(Side.AGENT);
    boolean mayBringMore =
        ending().cause() == Ending.Cause.TASK_COMPLETE
            && (agent.isThere() || (!agent.wasSeen() && ending().status() != Status.Failed));
    return !mayBringMore && !session.relay().from(Side.AGENT).hasGaps();
  }

  private boolean isPatienceOver(Ending first, long nowNanos) {
    return first.cause() == Ending.Cause.REQUEST
        ? isOlderThan(begunNanos, timing.terminateDrainMax(), nowNanos)
        : isOlderThan(progressNanos, timing.drainIdleMax(), nowNanos);
  }

  /**
   * An agent that ended the session is done when it hangs up. One that was told has its grace; one
   * that could not be told may still come back.
   */
  private boolean isAgentDone(Ending first, long nowNanos) {
    if (first.isByAgent()) {
      return !session.presence(Side.AGENT).isThere()
          || isOlderThan(begunNanos, timing.graceMax(), nowNanos);
    }
    return agentTold
        ? isOlderThan(agentToldNanos, timing.graceMax(), nowNanos)
        : isOlderThan(begunNanos, timing.startMax(), nowNanos);
  }

  private static boolean isOlderThan(long sinceNanos, Duration max, long nowNanos) {
    return nowNanos - sinceNanos > max.toNanos();
  }

  /** Whether both sides were told or given up. */
  boolean isDone() {
    return ending != null && clientTold && agentDone;
  }
}
