package dev.postern.transport;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of this machine's clock when it was made, and from then on what really passed. For
 * everything that waits or measures: the clock of a machine may be set right by twenty minutes at
 * any moment, and neither may a message then wait so long for its turn to be sent again, nor a
 * connection count as lost for so long. Any thread.
 */
public final class SteadyClock implements InstantSource {
  private final Instant start;
  private final LongSupplier nanoTime;
  private final long startNanos;

  SteadyClock(InstantSource machine, LongSupplier nanoTime) {
    this.start = machine.instant();
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  /** Starts from this machine's clock. */
  public static SteadyClock start() {
    return new SteadyClock(InstantSource.system(), System::nanoTime);
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanoTime.getAsLong() - startNanos);
  }
}
