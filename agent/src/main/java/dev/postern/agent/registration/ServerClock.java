package dev.postern.agent.registration;

import dev.postern.aws.Exchange;
import dev.postern.aws.Fault;
import dev.postern.aws.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The time that the server would say it is: signatures of a node whose clock is wrong must still
 * hold. Follows this machine's clock until a signature was refused for its time, then the offset to
 * the server's Date header. Safe for use by many threads.
 */
public final class ServerClock implements InstantSource {
  private final InstantSource machine;
  private volatile Duration offset = Duration.ZERO;
  private volatile @Nullable Duration seenOffset;

  public ServerClock(InstantSource machine) {
    this.machine = machine;
  }

  @Override
  public Instant instant() {
    return machine.instant().plus(offset);
  }

  /** How far this machine's clock is known to be off. */
  public Duration offset() {
    return offset;
  }

  /** The same exchange, whose answers tell the time. */
  public Exchange watching(Exchange exchange) {
    return request -> {
      HttpResponse response = exchange.exchange(request);
      saw(response.header("date"));
      return response;
    };
  }

  /** Notes a Date header; has no effect before {@link #correct}. */
  public void saw(@Nullable String date) {
    if (date == null) {
      return;
    }
    try {
      Instant server =
          ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
              .toInstant();
      seenOffset = Duration.between(machine.instant(), server);
    } catch (DateTimeException notADate) {
      seenOffset = null;
    }
  }

  /**
   * Corrects the clock after a refusal.
   *
   * @return true when the refusal was about time and the time has changed, so that the call should
   *     be made again
   */
  public boolean correct(Fault refusal) {
    Duration seen = seenOffset;
    if (!isAboutTime(refusal) || seen == null) {
      return false;
    }
    boolean changed = seen.minus(offset).abs().compareTo(Duration.ofSeconds(1)) > 0;
    offset = seen;
    return changed;
  }

  private static boolean isAboutTime(Fault refusal) {
    return refusal.code().equals("RequestTimeTooSkewed")
        || refusal.code().equals("RequestExpired")
        || refusal.message().contains("Signature expired")
        || refusal.message().contains("Signature not yet current")
        || refusal.message().contains("Request has expired");
  }
}
