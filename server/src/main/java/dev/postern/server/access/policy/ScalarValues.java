package dev.postern.server.access.policy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Readings of condition values; null for what is none of the kind. */
final class ScalarValues {
  private static final int NUMBER_CHARACTERS_MAX = 64;
  private static final int NUMBER_EXPONENT_MAX = 400;
  private static final int EPOCH_DIGITS_MAX = 11;
  private static final int DATE_CHARACTERS = "2026-12-31".length();

  private ScalarValues() {}

  /** A decimal number; one with a huge exponent would cost more to compare than it is worth. */
  static @Nullable BigDecimal number(String text) {
    if (text.length() > NUMBER_CHARACTERS_MAX) {
      return null;
    }
    try {
      var number = new BigDecimal(text);
      return Math.abs((long) number.scale()) > NUMBER_EXPONENT_MAX ? null : number;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  /** ISO 8601 with an offset, a day (which begins in UTC), or seconds since 1970. */
  static @Nullable Instant date(String text) {
    try {
      if (!text.isEmpty()
          && text.length() <= EPOCH_DIGITS_MAX
          && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Instant.ofEpochSecond(Long.parseLong(text));
      }
      return text.length() == DATE_CHARACTERS
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) {
      return null;
    }
  }

  static @Nullable Boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> Boolean.TRUE;
      case "false" -> Boolean.FALSE;
      default -> null;
    };
  }

  /** The bytes that base64 text stands for. */
  static @Nullable ByteBuffer binary(String text) {
    try {
      return ByteBuffer.wrap(Base64.getDecoder().decode(text)).asReadOnlyBuffer();
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
