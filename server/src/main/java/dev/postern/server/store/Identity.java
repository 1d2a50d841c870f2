package dev.postern.server.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The part of the database that decisions depend on: every write of it is counted, so that those
 * who keep watch over running sessions, or remember what they read, know when to look again. Safe
 * for use by many threads.
 */
final class Identity {
  private final Database database;
  private final AtomicLong version = new AtomicLong();

  Identity(Database database) {
    this.database = database;
  }

  /** Runs the work in a transaction; durable, and counted, when this returns. */
  <T> T write(Function<Handle, T> work) {
    try {
      return database.write(work);
    } finally {
      // Also after a failure, of which nobody knows what it left behind.
      version.incrementAndGet();
    }
  }

  <T> T read(Function<Handle, T> work) {
    return database.read(work);
  }

  /** Grows with every write since the process began. */
  long version() {
    return version.get();
  }
}
