package dev.postern.server.listener;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * One thread that owns things: connections, and whatever else is put on it. Tasks run one at a time
 * in the order in which one thread gave them; they must not block.
 */
public interface Loop extends Executor {
  /** Whether the calling thread is this loop's. */
  boolean isCurrent();

  /** Runs the task once on this loop, not before the delay has passed. */
  Timer schedule(Duration delay, Runnable task);

  /** Runs the task now if this is the loop's thread, otherwise later on it. */
  default void run(Runnable task) {
    if (isCurrent()) {
      task.run();
    } else {
      execute(task);
    }
  }

  /** A task that waits for its time. */
  interface Timer {
    /** Forgets the task unless it began. Idempotent. */
    void cancel();
  }
}
