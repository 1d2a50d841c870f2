package dev.postern.agent.control;

import dev.postern.agent.shell.LeftBehind;
import dev.postern.wire.SessionId;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.AgentTaskComplete;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The live sessions of this node, each on a virtual thread of its own. Any thread; no method but
 * {@link #stop} waits.
 */
final class Sessions {
  static final int SESSIONS_MAX = 1000;

  private static final Logger LOG = System.getLogger(Sessions.class.getName());

  private final AgentSession.Surroundings surroundings;
  private final Consumer<AgentTaskComplete> onComplete;
  private final Map<SessionId, AgentSession> live = new ConcurrentHashMap<>();
  private final Map<SessionId, Thread> threads = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  Sessions(AgentSession.Surroundings surroundings, Consumer<AgentTaskComplete> onComplete) {
    this.surroundings = surroundings;
    this.onComplete = onComplete;
  }

  boolean isEmpty() {
    return live.isEmpty();
  }

  /** Starts a session, unless it is live already. */
  void start(AgentTask task) {
    String idText = task.content().sessionId();
    if (!SessionId.isValid(idText)) {
      LOG.log(Level.WARNING, "a task without a usable session id was dropped");
      return;
    }
    SessionId id = new SessionId(idText);
    if (stopping) {
      refuse(id, "the agent is stopping");
      return;
    }
    AgentSession session = new AgentSession(id, task, surroundings);
    if (live.putIfAbsent(id, session) != null) {
      LOG.log(Level.INFO, "session {0} is live already", id);
      return;
    }
    if (live.size() > SESSIONS_MAX) {
      live.remove(id, session);
      refuse(id, "this node runs as many sessions as it can");
      return;
    }
    LOG.log(
        Level.INFO,
        "session {0}: {1} for {2}",
        id,
        task.content().documentContent().sessionType(),
        task.content().sessionOwner());
    Thread thread = Thread.ofVirtual().name("session-" + id).unstarted(() -> run(session));
    threads.put(id, thread);
    thread.start();
  }

  private void run(AgentSession session) {
    try {
      onComplete.accept(session.run());
      surroundings.journal().ended(session.id());
    } finally {
      live.remove(session.id(), session);
      threads.remove(session.id());
    }
  }

  private void refuse(SessionId id, String reason) {
    LOG.log(Level.WARNING, "session {0} refused: {1}", id, reason);
    onComplete.accept(failed(id, reason));
  }

  private AgentTaskComplete failed(SessionId id, String reason) {
    return AgentTaskComplete.of(
        id.value(),
        AgentTaskComplete.FAILED,
        surroundings.instanceId(),
        reason,
        AgentTaskComplete.LogTargets.NONE,
        0);
  }

  /** Ends and reports the sessions that an agent left which was killed. May take seconds. */
  void endLeftBehind() {
    surroundings
        .journal()
        .leftBehind()
        .forEach((id, mark) -> {
          LOG.log(Level.WARNING, "session {0} was left behind by an agent that ended", id);
          LeftBehind.end(mark);
          onComplete.accept(failed(id, "the agent ended unexpectedly, and the session with it"));
          surroundings.journal().ended(id);
        });
  }

  /** The service ends a session. Unknown ones are ignored. */
  void close(String idText) {
    if (!SessionId.isValid(idText)) {
      return;
    }
    AgentSession session = live.get(new SessionId(idText));
    if (session != null) {
      session.end(new AgentSession.Ending.Closed());
    }
  }

  /** Ends all sessions and waits for them; starts no more. */
  void stop(String reason, Duration patience) throws InterruptedException {
    stopping = true;
    live.values().forEach(session -> session.end(new AgentSession.Ending.Stopped(reason)));
    long deadline = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads.values()) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || !thread.join(Duration.ofNanos(left))) {
        LOG.log(Level.WARNING, "{0} did not end in time", thread.getName());
      }
    }
  }
}
