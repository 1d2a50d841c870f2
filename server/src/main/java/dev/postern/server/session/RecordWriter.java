package dev.postern.server.session;

import dev.postern.server.store.SessionRecord.Status;
import dev.postern.server.store.Sessions;
import dev.postern.server.store.StoreException;
import dev.postern.wire.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one session's status to the store: one at a time, in order, away from the loops, again and
 * again while the store fails. A status that a newer one overtook is left out. Safe for use by many
 * threads.
 */
final class RecordWriter {
  private static final Logger LOG = LoggerFactory.getLogger(RecordWriter.class);
  private static final Duration RETRY_MIN = Duration.ofMillis(200);
  private static final Duration RETRY_MAX = Duration.ofSeconds(10);

  private final Sessions sessions;
  private final SessionId id;
  private final Executor workers;
  private @Nullable Change pending;
  private boolean running;

  private record Change(Status status, Optional<String> details, Runnable written) {}

  RecordWriter(Sessions sessions, SessionId id, Executor workers) {
    this.sessions = sessions;
    this.id = id;
    this.workers = workers;
  }

  /**
   * The session is now in this status.
   *
   * @param details why, where there is a reason to tell
   */
  void write(Status status, Optional<String> details) {
    write(new Change(status, details, () -> {}));
  }

  /**
   * The session is over.
   *
   * @param written runs on a worker once the store has it
   */
  void writeEnd(Status status, Optional<String> details, Runnable written) {
    write(new Change(status, details, written));
  }

  private synchronized void write(Change change) {
    pending = change;
    if (!running) {
      running = true;
      try {
        workers.execute(this::run);
      } catch (RejectedExecutionException stopping) {
        running = false;
        LOG.debug("status of {} not written, the server stops", id, stopping);
      }
    }
  }

  private void run() {
    Duration retry = RETRY_MIN;
    for (Change change = next(); change != null; change = next()) {
      try {
        if (!sessions.update(id, change.status, Optional.empty(), change.details)) {
          LOG.debug("session {} did not become {}", id, change.status);
        }
        retry = RETRY_MIN;
        change.written.run();
      } catch (StoreException failure) {
        LOG.error("status of session {} not stored, trying again", id, failure);
        restore(change);
        try {
          Thread.sleep(retry);
        } catch (InterruptedException stopping) {
          Thread.currentThread().interrupt();
          return;
        }
        retry = retry.multipliedBy(2).compareTo(RETRY_MAX) > 0 ? RETRY_MAX : retry.multipliedBy(2);
      }
    }
  }

  private synchronized @Nullable Change next() {
    Change change = pending;
    pending = null;
    running = change != null;
    return change;
  }

  /** Puts a change back unless a newer one came. */
  private synchronized void restore(Change change) {
    if (pending == null) {
      pending = change;
    }
  }
}
