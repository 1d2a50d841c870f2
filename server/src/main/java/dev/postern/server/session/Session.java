package dev.postern.server.session;

import dev.postern.server.bus.Bus;
import dev.postern.server.listener.Loop;
import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.Side;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live session: its two sides, what is under way between them, and its deadlines. Owned by one
 * event loop from beginning to end, to which its connections move; every method runs there unless
 * it says otherwise. The store is only ever written to from a worker.
 *
 * <p>A side that lost its connection has time to come back; nothing that it was owed is lost
 * meanwhile. The end is told to both sides, see {@link Farewell}.
 */
final class Session {
  static final int NORMAL_CLOSURE = 1000;
  static final int MALFORMED = 1007;
  static final int TRY_AGAIN = 1013;

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How often a late message is repeated by us, when its sender cannot. */
  private static final Duration RESEND_EVERY = Duration.ofMillis(200);

  private static final long RESEND_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final SessionId id;
  private final String instanceId;
  private final Loop loop;
  private final SessionSurroundings surroundings;
  private final TimeLimits limits;
  private final Relay relay;
  private final RecordWriter record;
  private final Presence agent;
  private final Presence client;
  private final Farewell farewell;
  private final GatewayOptions.Timing timing;

  private Status status;
  private boolean over;
  private long lastPingNanos;
  private Loop.@Nullable Timer tick;
  private Loop.@Nullable Timer pause;
  private Loop.@Nullable Timer resend;
  private Bus.@Nullable Registration endResponder;

  /**
   * @param restored whether the session began before this server did
   */
  Session(SessionTicket ticket, Loop loop, SessionSurroundings surroundings, boolean restored) {
    this.id = ticket.id();
    this.instanceId = ticket.instanceId();
    this.loop = loop;
    this.surroundings = surroundings;
    this.timing = surroundings.options().timing();
    this.record = surroundings.recordWriter(id);
    this.status = ticket.status();
    long now = nanoTime();
    this.limits =
        new TimeLimits(
            ticket.limits(), ticket.startDate(), surroundings.time().clock().instant(), now);
    this.relay = new Relay(surroundings.relays(), ticket.port(), limits, restored);
    Duration resume = surroundings.options().resumeWindow();
    Duration returning = resume.plus(timing.startMax());
    this.agent = new Presence(restored ? returning : timing.startMax(), resume, now);
    this.client =
        new Presence(restored ? returning : surroundings.options().clientAttachMax(), resume, now);
    this.farewell = new Farewell(this, timing);
    this.lastPingNanos = now;
  }

  /** Any thread: begins to watch the deadlines and to answer for this session. */
  void begin(Bus.Registration endResponder) {
    loop.run(() -> {
      this.endResponder = endResponder;
      if (status == Status.Connected) {
        become(Status.Disconnected);
      }
      if (status == Status.Terminating) {
        end(Ending.request("", ""));
      }
      scheduleTick();
    });
  }

  /** Any thread. */
  Loop loop() {
    return loop;
  }

  /** Any thread. */
  SessionId id() {
    return id;
  }

  /** Any thread. */
  String instanceId() {
    return instanceId;
  }

  /** Any thread. */
  void countDropped() {
    surroundings.counts().droppedMessages.increment();
  }

  Presence presence(Side side) {
    return side == Side.AGENT ? agent : client;
  }

  Relay relay() {
    return relay;
  }

  SessionSurroundings surroundings() {
    return surroundings;
  }

  /** A side's new, checked connection; it replaces the one that this side had. */
  void attach(DataChannel channel) {
    if (over || !farewell.mayAttach(channel.side())) {
      channel.peer().close(NORMAL_CLOSURE, "the session is over");
      return;
    }
    Side side = channel.side();
    DataChannel before = presence(side).channel();
    presence(side).arrive(channel);
    if (before != null) {
      before.peer().abort();
    }
    long now = nanoTime();
    relay.attach(side, channel, now);
    farewell.onAttach(channel, now);
    if (agent.isThere() && client.isThere()) {
      limits.onConnected(now);
    }
    updateStatus();
    settle(now);
  }

  /** A connection ended; an old one's end is no news. */
  void detach(DataChannel channel) {
    Presence presence = presence(channel.side());
    if (over || presence.channel() != channel) {
      return;
    }
    long now = nanoTime();
    presence.leave(now);
    relay.to(channel.side()).detach();
    updateStatus();
    settle(now);
  }

  /** Messages that arrived together; they are this session's from here on. */
  void receive(DataChannel channel, List<WebSocketMessage> messages) {
    Side side = channel.side();
    if (over || presence(side).channel() != channel) {
      messages.forEach(WebSocketMessage::release);
      return;
    }
    long now = nanoTime();
    int taken = 0;
    try {
      for (WebSocketMessage message : messages) {
        taken++;
        AgentSessionState state = relay.receive(side, message, now);
        if (state != null && state.sessionState().equals(AgentSessionState.TERMINATING)) {
          end(Ending.terminating());
        }
      }
    } catch (MalformedMessageException malformed) {
      surroundings.counts().malformedConnections.increment();
      LOG.info("session {}: {} sent no message: {}", id, side, malformed.getMessage());
      messages.subList(taken, messages.size()).forEach(WebSocketMessage::release);
      detach(channel);
      channel.peer().close(MALFORMED, String.valueOf(malformed.getMessage()));
    }
    settle(now);
  }

  /** A side has read all that it was sent before this mark. */
  void onMark(DataChannel channel, long number) {
    if (!over && presence(channel.side()).channel() == channel) {
      long now = nanoTime();
      relay.onMark(channel.side(), number, now);
      settle(now);
    }
  }

  /** A connection can take more. */
  void onWritable() {
    settle(nanoTime());
  }

  /** Any thread: the session is to end for a reason that came from outside. */
  void requestEnd(Ending ending) {
    loop.execute(() -> {
      end(ending);
      settle(nanoTime());
    });
  }

  /** Any thread: the agent reported the end of its task. */
  void taskComplete(AgentTaskComplete complete) {
    loop.execute(() -> {
      end(Ending.of(complete));
      farewell.onTaskComplete();
      settle(nanoTime());
    });
  }

  /** Any thread: the node's control channel is open, again perhaps. */
  void controlChannelOpened() {
    loop.execute(() -> {
      if (!over) {
        farewell.onControlChannel(nanoTime());
      }
    });
  }

  private long nanoTime() {
    return surroundings.time().nanoTime().getAsLong();
  }

  private void end(Ending ending) {
    if (over || farewell.hasBegun()) {
      return;
    }
    LOG.info("session {} ends: {}", id, ending.cause());
    farewell.begin(ending, nanoTime());
    // The reason is kept at once: a server that restarts meanwhile does not know it any more.
    become(Status.Terminating, ending.details());
  }

  /** Sends what can be sent, then lets reading, timers and the end follow from the new state. */
  private void settle(long now) {
    if (over) {
      return;
    }
    relay.pump(now);
    farewell.progress(now);
    for (Side side : Side.values()) {
      DataChannel channel = presence(side).channel();
      if (channel != null) {
        channel.flush();
        channel.mayRead(relay.mayRead(side));
      }
    }
    schedulePause(now);
    scheduleResend();
    if (farewell.isDone()) {
      finish();
    }
  }

  private void schedulePause(long now) {
    long wait =
        Math.max(
            relay.from(Side.AGENT).pauseLeftNanos(now),
            relay.from(Side.CLIENT).pauseLeftNanos(now));
    if (wait >= 0 && pause == null) {
      pause =
          loop.schedule(
              Duration.ofNanos(wait),
              () -> {
                pause = null;
                settle(nanoTime());
              });
    }
  }

  private void scheduleResend() {
    if (resend == null && (needsResend(Side.AGENT) || needsResend(Side.CLIENT))) {
      resend = loop.schedule(RESEND_EVERY, this::resendLate);
    }
  }

  /** Whether messages wait whose sender is gone or not read, so that it cannot repeat them. */
  private boolean needsResend(Side sender) {
    return relay.from(sender).messages() > 0
        && presence(sender.peer()).isThere()
        && (!presence(sender).isThere() || !relay.mayRead(sender));
  }

  private void resendLate() {
    resend = null;
    if (over) {
      return;
    }
    long now = nanoTime();
    for (Side sender : Side.values()) {
      if (needsResend(sender)) {
        relay.from(sender).resendOldest(now, RESEND_AFTER_NANOS);
      }
    }
    settle(now);
  }

  private void scheduleTick() {
    tick = loop.schedule(timing.tick(), this::onTick);
  }

  private void onTick() {
    if (over) {
      return;
    }
    long now = nanoTime();
    if (!farewell.hasBegun()) {
      checkPresence(now);
      checkLimits(now);
    }
    checkSilence(now);
    settle(now);
    if (!over) {
      scheduleTick();
    }
  }

  private void checkPresence(long now) {
    if (agent.isLost(now)) {
      end(
          Ending.agentGone(
              agent.wasSeen()
                  ? "The connection to the managed node was lost."
                  : "The managed node did not open the session in time."));
    } else if (client.isLost(now)) {
      end(
          Ending.clientGone(
              client.wasSeen()
                  ? "The client did not return within the resume window."
                  : "The client did not open the session in time."));
    }
  }

  private void checkLimits(long now) {
    Ending exceeded = limits.exceeded(now);
    if (exceeded != null) {
      end(exceeded);
    }
  }

  private void checkSilence(long now) {
    boolean ping = now - lastPingNanos >= timing.pingEvery().toNanos();
    if (ping) {
      lastPingNanos = now;
    }
    for (Side side : Side.values()) {
      DataChannel channel = presence(side).channel();
      if (channel == null) {
        continue;
      }
      if (ping) {
        channel.peer().ping();
      }
      boolean mustAnswer = channel.answersPings() || relay.to(side).isDrained();
      Duration silenceMax = mustAnswer ? timing.silenceMax() : timing.busySilenceMax();
      if (channel.peer().silence().compareTo(silenceMax) > 0) {
        LOG.info("session {}: {} gives no sign of life", id, side);
        detach(channel);
        channel.peer().abort();
      }
    }
  }

  private void updateStatus() {
    if (farewell.hasBegun()) {
      return;
    }
    if (agent.isThere() && client.isThere()) {
      become(Status.Connected);
    } else if (status == Status.Connected) {
      become(Status.Disconnected);
    }
  }

  private void become(Status next) {
    become(next, Optional.empty());
  }

  private void become(Status next, Optional<String> details) {
    if (status != next) {
      status = next;
      record.write(next, details);
    }
  }

  private void finish() {
    Ending ending = farewell.ending();
    stop();
    record.writeEnd(ending.status(), ending.details(), () -> surroundings.forget().accept(this));
    for (Side side : Side.values()) {
      DataChannel channel = presence(side).channel();
      if (channel != null) {
        channel.peer().close(NORMAL_CLOSURE, "the session is over");
      }
    }
  }

  /** Any thread: the server stops; the session goes on with its successor. */
  void leave() {
    loop.run(() -> {
      stop();
      for (Side side : Side.values()) {
        DataChannel channel = presence(side).channel();
        if (channel != null) {
          channel.peer().close(TRY_AGAIN, "the server stops");
        }
      }
    });
  }

  private void stop() {
    if (over) {
      return;
    }
    over = true;
    for (Loop.Timer timer : new Loop.@Nullable Timer[] {tick, pause, resend}) {
      if (timer != null) {
        timer.cancel();
      }
    }
    if (endResponder != null) {
      endResponder.close();
    }
    relay.discard();
  }
}
