package dev.postern.agent.control;

import dev.postern.agent.registration.AgentDirectory;
import dev.postern.aws.json.Json;
import dev.postern.aws.json.MalformedJsonException;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Ends of sessions that the service has not acknowledged yet: sent again under the same message id
 * until it does, also after a restart (spec/agent-service.md checklist B.14). {@link #run} is the
 * one thread that sends; any thread may call the rest.
 */
public final class Completions {
  private static final Logger LOG = System.getLogger(Completions.class.getName());
  private static final String FILE = "completions.json";
  private static final Duration RESEND_FIRST = Duration.ofSeconds(1);
  private static final Duration RESEND_MAX = Duration.ofSeconds(60);

  /** Kept at most; beyond it the oldest is forgotten, for the service times sessions out anyway. */
  static final int PENDING_MAX = 2000;

  private record Pending(AgentTaskComplete complete, Instant due, Duration interval) {
    Pending sent(Instant now) {
      Duration doubled = interval.multipliedBy(2);
      return new Pending(
          counted(), now.plus(interval), doubled.compareTo(RESEND_MAX) < 0 ? doubled : RESEND_MAX);
    }

    /** The text says how often it was sent. */
    private AgentTaskComplete counted() {
      return new AgentTaskComplete(
          complete.schemaVersion(),
          complete.taskId(),
          complete.topic(),
          complete.finalTaskStatus(),
          complete.isRoutingFailure(),
          complete.awsAccountId(),
          complete.instanceId(),
          complete.output(),
          complete.logTargets(),
          complete.retryNumber() + 1);
    }
  }

  private final AgentDirectory directory;
  private final Predicate<AgentMessage> sender;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<UUID, Pending> pending = new LinkedHashMap<>();
  private boolean unsaved;

  /**
   * Takes over what an earlier run left.
   *
   * @param sender sends a message; false when it did not leave
   */
  public Completions(
      AgentDirectory directory,
      Predicate<AgentMessage> sender,
      InstantSource clock,
      RandomGenerator random)
      throws IOException {
    this.directory = directory;
    this.sender = sender;
    this.clock = clock;
    this.random = random;
    load();
  }

  /** A session has ended. */
  public void add(AgentTaskComplete complete) {
    lock.lock();
    try {
      if (pending.size() >= PENDING_MAX) {
        UUID oldest = pending.keySet().iterator().next();
        pending.remove(oldest);
        LOG.log(Level.WARNING, "too many unacknowledged ends of sessions: one is forgotten");
      }
      pending.put(
          AgentMessage.newMessageId(random), new Pending(complete, clock.instant(), RESEND_FIRST));
      unsaved = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The service has noted it. Unknown ids are ignored. */
  public void acknowledged(String messageId) {
    lock.lock();
    try {
      if (pending.keySet().removeIf(id -> id.toString().equalsIgnoreCase(messageId))) {
        unsaved = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A new connection: everything is sent on it at once. */
  public void sendAllNow() {
    lock.lock();
    try {
      Instant now = clock.instant();
      pending.replaceAll((_, each) -> new Pending(each.complete(), now, RESEND_FIRST));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all are acknowledged; false when that took too long. */
  public boolean awaitNone(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (!pending.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /** Saves and sends what is due until interrupted. */
  public void run() throws InterruptedException {
    while (true) {
      awaitWork();
      save();
      // Sending happens outside of the lock: it may block.
      for (AgentMessage message : due(clock.instant())) {
        boolean left = sender.test(message);
        LOG.log(Level.DEBUG, "agent_task_complete {0}", left ? "sent" : "waits for a connection");
      }
    }
  }

  private void awaitWork() throws InterruptedException {
    lock.lock();
    try {
      while (!unsaved) {
        Instant now = clock.instant();
        long waitMillis =
            pending.values().stream()
                .mapToLong(each -> Duration.between(now, each.due()).toMillis())
                .min()
                .orElse(Long.MAX_VALUE);
        if (waitMillis <= 0) {
          return;
        }
        boolean _ = changed.await(waitMillis, TimeUnit.MILLISECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The messages to send now; each then waits twice as long as before. */
  List<AgentMessage> due(Instant now) {
    lock.lock();
    try {
      List<AgentMessage> messages = new ArrayList<>();
      for (Map.Entry<UUID, Pending> entry : pending.entrySet()) {
        Pending each = entry.getValue();
        if (!each.due().isAfter(now)) {
          Pending sent = each.sent(now);
          entry.setValue(sent);
          messages.add(
              AgentMessage.onControlChannel(
                  MessageType.AGENT_TASK_COMPLETE,
                  now.toEpochMilli(),
                  entry.getKey(),
                  sent.complete().toPayload()));
        }
      }
      return messages;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what changed since the last time to disk. */
  public void save() {
    List<Map<String, Object>> entries = new ArrayList<>();
    lock.lock();
    try {
      if (!unsaved) {
        return;
      }
      unsaved = false;
      pending.forEach((id, each) ->
          entries.add(Map.of("MessageId", id.toString(), "Complete", each.complete().toJson())));
    } finally {
      lock.unlock();
    }
    try {
      directory.write(FILE, Json.write(Map.of("Pending", entries)));
    } catch (IOException failed) {
      // Still sent by this run; a full disk must not keep sessions from ending.
      LOG.log(Level.WARNING, "ends of sessions were not saved: {0}", failed.getMessage());
    }
  }

  private void load() throws IOException {
    byte[] content = directory.read(FILE).orElse(null);
    if (content == null) {
      return;
    }
    try {
      if (!(Json.readObject(content).get("Pending") instanceof List<?> entries)) {
        throw new IllegalArgumentException("no list");
      }
      for (Object entry : entries) {
        if (entry instanceof Map<?, ?> members
            && members.get("MessageId") instanceof String id
            && members.get("Complete") instanceof String complete) {
          byte[] payload = complete.getBytes(StandardCharsets.UTF_8);
          pending.put(
              UUID.fromString(id),
              new Pending(
                  AgentTaskComplete.parse(ByteBuffer.wrap(payload)),
                  clock.instant(),
                  RESEND_FIRST));
        }
      }
    } catch (MalformedJsonException | MalformedMessageException | IllegalArgumentException bad) {
      LOG.log(Level.WARNING, "{0} is damaged and was passed over", directory.resolve(FILE));
    }
  }
}
