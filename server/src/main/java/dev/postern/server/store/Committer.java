package dev.postern.server.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of the database. Writes of many threads are gathered and made durable by one
 * commit, because a commit costs a flush of the disk and a write costs little.
 *
 * <p>One thread owns the connection and runs every write; callers wait until the commit that holds
 * theirs is durable. A write that fails is undone alone; a commit that fails, fails every write
 * that it holds. Writes run in the order in which they were queued.
 */
final class Committer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  /** The most writes of one commit. */
  static final int BATCH_MAX = 512;

  private static final int QUEUE_MAX = 4096;
  private static final long QUEUE_WAIT_SECONDS = 10;
  private static final String SAVEPOINT = "one_write";

  private record Write<T>(Function<Handle, T> work, CompletableFuture<T> outcome) {
    Runnable run(Handle handle) {
      T result = work.apply(handle);
      return () -> outcome.complete(result);
    }

    void fail(Throwable cause) {
      outcome.completeExceptionally(cause);
    }
  }

  private final Supplier<Handle> connections;
  private final BlockingQueue<Write<?>> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread thread;

  /** Callers queue under the read lock, so that nothing is queued once closing has begun. */
  private final ReentrantReadWriteLock closing = new ReentrantReadWriteLock();

  private boolean closed;

  /** Owned by the thread. */
  private @Nullable Handle connection;

  Committer(Supplier<Handle> connections) {
    this.connections = connections;
    this.thread = Thread.ofPlatform().name("postern-store").unstarted(this::run);
    thread.start();
  }

  /** Runs the work inside a transaction and returns when its effects are durable. */
  <T> T write(Function<Handle, T> work) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    enqueue(new Write<>(work, outcome));
    try {
      // Not interruptible: the outcome would be unknown, and a commit always ends.
      return outcome.join();
    } catch (CompletionException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      throw new StoreException("the database did not take a change: " + reason(cause), cause);
    }
  }

  /** What the database said, which layers above it wrap. */
  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }

  private void enqueue(Write<?> write) {
    closing.readLock().lock();
    try {
      if (closed) {
        throw new StoreException("the store is closed");
      }
      if (!queue.offer(write, QUEUE_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new StoreException("the disk is too slow: " + QUEUE_MAX + " changes wait for it");
      }
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted before the change was queued", interruption);
    } finally {
      closing.readLock().unlock();
    }
  }

  /** How many writes wait for the next commit. */
  int waiting() {
    return queue.size();
  }

  private void run() {
    List<Write<?>> batch = new ArrayList<>();
    boolean last = false;
    while (!last) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException interruption) {
        // Only close interrupts; what was queued before is still written.
        last = true;
      }
      do {
        queue.drainTo(batch, BATCH_MAX - batch.size());
        commit(batch);
        batch.clear();
      } while (last && !queue.isEmpty());
    }
    disconnect();
  }

  private void commit(List<Write<?>> batch) {
    if (batch.isEmpty()) {
      return;
    }
    List<Runnable> results = new ArrayList<>(batch.size());
    try {
      Handle handle = connection();
      handle.begin();
      for (Write<?> write : batch) {
        attempt(handle, write, results);
      }
      handle.commit();
    } catch (Throwable failure) {
      // Also errors: nobody may wait for ever. Whoever was told of an own failure keeps it.
      LOG.error("a commit of {} changes failed: {}", batch.size(), reason(failure));
      disconnect();
      batch.forEach(write -> write.fail(failure));
      return;
    }
    results.forEach(Runnable::run);
  }

  /** Undoes a failing write alone; throws when that is impossible, which fails the batch. */
  private static void attempt(Handle handle, Write<?> write, List<Runnable> results) {
    handle.savepoint(SAVEPOINT);
    try {
      results.add(write.run(handle));
    } catch (RuntimeException failure) {
      write.fail(failure);
      rollBackToSavepoint(handle, failure);
      return;
    }
    handle.releaseSavepoint(SAVEPOINT);
  }

  private static void rollBackToSavepoint(Handle handle, RuntimeException reason) {
    try {
      handle.rollbackToSavepoint(SAVEPOINT);
    } catch (RuntimeException gone) {
      // The database gave the whole transaction up, as it does when the disk is full.
      reason.addSuppressed(gone);
      throw reason;
    }
  }

  private Handle connection() {
    Handle open = connection;
    if (open == null) {
      open = connections.get();
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Handle open = connection;
    connection = null;
    if (open == null) {
      return;
    }
    try {
      if (open.isInTransaction()) {
        open.rollback();
      }
      open.close();
    } catch (RuntimeException gone) {
      // A handle whose transaction the database gave up does not close its connection.
      LOG.debug("the database connection was broken: {}", gone.getMessage());
      closeConnection(open);
    }
  }

  private static void closeConnection(Handle broken) {
    try {
      broken.getConnection().close();
    } catch (SQLException | RuntimeException failure) {
      LOG.warn("the database connection did not close: {}", failure.getMessage());
    }
  }

  /** Writes what is queued, then ends the thread. Idempotent. */
  @Override
  public void close() {
    closing.writeLock().lock();
    try {
      closed = true;
    } finally {
      closing.writeLock().unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      thread.interrupt();
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException interruption) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
