package dev.postern.aws;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * The forms in which AWS writes a point in time. Everything is UTC and at most milliseconds are
 * written.
 */
public final class Timestamps {
  private static final DateTimeFormatter BASIC =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter HTTP =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final int BASIC_CHARACTERS = 16;
  private static final BigDecimal EPOCH_SECONDS_MAX = BigDecimal.valueOf(253_402_300_799L);

  private Timestamps() {}

  /** JSON 1.1: seconds with up to three decimals, none when they are zero. Scale is 0 to 3. */
  public static BigDecimal epochSeconds(Instant instant) {
    BigDecimal seconds = BigDecimal.valueOf(instant.toEpochMilli(), 3).stripTrailingZeros();
    return seconds.scale() < 0 ? seconds.setScale(0) : seconds;
  }

  /**
   * Reads a number of JSON 1.1, to the millisecond.
   *
   * @throws IllegalArgumentException beyond the year 9999 or before 1970
   */
  public static Instant fromEpochSeconds(Number seconds) {
    BigDecimal exact =
        seconds instanceof BigDecimal decimal ? decimal : new BigDecimal(seconds.toString());
    if (exact.signum() < 0 || exact.compareTo(EPOCH_SECONDS_MAX) > 0) {
      throw new IllegalArgumentException("no time between 1970 and 9999");
    }
    BigDecimal millis = exact.movePointRight(3).setScale(0, RoundingMode.HALF_EVEN);
    return Instant.ofEpochMilli(millis.longValueExact());
  }

  /** Query protocol: {@code 2026-11-22T09:28:16Z}. */
  public static String iso8601(Instant instant) {
    return SECONDS.format(instant);
  }

  /** EC2 and S3: {@code 2026-11-22T09:28:16.000Z}. */
  public static String iso8601Millis(Instant instant) {
    return MILLIS.format(instant);
  }

  /**
   * ISO 8601 and RFC 3339 in the forms that clients send: with {@code Z}, with an offset, without
   * either (UTC), or a date alone (midnight UTC).
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static Instant parseIso8601(String text) {
    try {
      if (text.indexOf('T') < 0) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      int sign = Math.max(text.indexOf('+'), text.lastIndexOf('-'));
      boolean hasZone = text.endsWith("Z") || sign > text.indexOf('T');
      return hasZone
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException notATime) {
      throw new IllegalArgumentException("not an ISO 8601 time", notATime);
    }
  }

  /** SigV4's {@code 20261122T092816Z}. */
  public static String basic(Instant instant) {
    return BASIC.format(instant.truncatedTo(ChronoUnit.SECONDS));
  }

  /**
   * Reads what {@link #basic} writes.
   *
   * @throws IllegalArgumentException when it is not in SigV4's form
   */
  public static Instant parseBasic(String text) {
    if (text.length() != BASIC_CHARACTERS || !Character.isDigit(text.charAt(0))) {
      throw new IllegalArgumentException("not an ISO 8601 basic time");
    }
    try {
      return Instant.from(BASIC.parse(text));
    } catch (DateTimeException notATime) {
      throw new IllegalArgumentException("not an ISO 8601 basic time", notATime);
    }
  }

  /** The Date header: {@code Sun, 22 Nov 2026 09:28:16 GMT}. */
  public static String httpDate(Instant instant) {
    return HTTP.format(instant);
  }

  /**
   * Reads what {@link #httpDate} writes.
   *
   * @throws IllegalArgumentException when it is no HTTP date in RFC 1123's form
   */
  public static Instant parseHttpDate(String text) {
    try {
      return Instant.from(HTTP.parse(text));
    } catch (DateTimeException notATime) {
      throw new IllegalArgumentException("not an HTTP date", notATime);
    }
  }
}
