package dev.postern.server.session;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Where the gateway takes the time from. Both sources are asked by any thread.
 *
 * @param clock the hour, for messages and for what must outlive the process
 * @param nanoTime a steady count as that of {@link System#nanoTime}, for everything that is waited
 *     for: the hour may be put back
 */
public record GatewayTime(InstantSource clock, LongSupplier nanoTime) {
  /** With the machine's own steady count. */
  public static GatewayTime of(InstantSource clock) {
    return new GatewayTime(clock, System::nanoTime);
  }
}
