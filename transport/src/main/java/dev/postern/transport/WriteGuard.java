package dev.postern.transport;

import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose peer does not take a large request in time: a blocked write has no
 * timeout of its own. Owns one virtual thread, which ends with {@link #close}. Small requests fit
 * into the system's send buffer and need no guard.
 */
final class WriteGuard implements AutoCloseable {
  private static final int UNGUARDED_BYTES_MAX = 16 << 10;

  private final @Nullable Thread thread;

  private WriteGuard(@Nullable Thread thread) {
    this.thread = thread;
  }

  static WriteGuard over(Connection connection, int bytes, long deadlineNanos) {
    if (bytes <= UNGUARDED_BYTES_MAX) {
      return new WriteGuard(null);
    }
    return new WriteGuard(
        Thread.ofVirtual()
            .name("http-write-guard")
            .start(() -> {
              try {
                Thread.sleep(Patience.millisUntil(deadlineNanos, System.nanoTime()));
                connection.close();
              } catch (InterruptedException _) {
                // The exchange is over.
              }
            }));
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
