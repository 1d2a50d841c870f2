package dev.postern.wire.channel;

import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was consumed in its turn and is not acknowledged yet, between ends that agreed on {@link
 * dev.postern.wire.handshake.Extension#CUMULATIVE_ACKS}. One acknowledgement serves for many
 * messages: it is due when they are many or long, or the first of them has waited.
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
public final class CumulativeAcknowledgement {
  /** Far below {@link OutgoingStream#MESSAGES_MAX}: a sender must not wait for it. */
  public static final int MESSAGES_MAX = 32;

  /** Payload bytes; a sixteenth of {@link OutgoingStream#BYTES_MAX}. */
  public static final int BYTES_MAX = 256 << 10;

  /** Half of the least time after which {@link OutgoingStream} misses it. */
  public static final Duration DELAY_MAX = Duration.ofMillis(5);

  private @Nullable AgentMessage latest;
  private Instant since = Instant.MIN;
  private int messages;
  private int bytes;

  /** Nothing is pending. */
  public CumulativeAcknowledgement() {}

  /** Notes a message that was consumed after all those before it. */
  public void consumed(AgentMessage message, Instant now) {
    if (latest == null) {
      since = now;
    }
    latest = message;
    messages++;
    bytes += message.payload().remaining();
  }

  /** Whether there is something to acknowledge, now or later. */
  public boolean isPending() {
    return latest != null;
  }

  /** Whether it should wait no longer. A clock that was set back counts as time that is up. */
  public boolean isDue(Instant now) {
    return latest != null
        && (messages >= MESSAGES_MAX
            || bytes >= BYTES_MAX
            || now.isBefore(since)
            || !now.isBefore(since.plus(DELAY_MAX)));
  }

  /** The acknowledgement of all that is pending, after which nothing is; null when nothing was. */
  public @Nullable Acknowledge take() {
    if (latest == null) {
      return null;
    }
    Acknowledge taken = Acknowledge.upTo(latest);
    latest = null;
    messages = 0;
    bytes = 0;
    return taken;
  }
}
