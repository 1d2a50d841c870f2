package dev.postern.server.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Codes of virtual MFA devices: RFC 6238 with HMAC-SHA-1, six digits and steps of 30 seconds, which
 * is what every authenticator app takes when it is told nothing else.
 *
 * <p>A code is good for its own step and for one before and after, as clocks differ. Whoever
 * verifies keeps the step of the last code that was good, so that none is good twice.
 */
public final class Totp {
  /** How long one code is shown, in seconds. */
  public static final int STEP_SECONDS = 30;

  public static final int DIGITS = 6;

  /** How many steps a device's clock may be early or late. */
  public static final int WINDOW_STEPS = 1;

  /** How many steps a device's clock may be off when it shows two codes in a row: ten minutes. */
  public static final int PAIR_WINDOW_STEPS = 20;

  private static final Pattern CODE = Pattern.compile("[0-9]{" + DIGITS + "}");
  private static final String ALGORITHM = "HmacSHA1";
  private static final int MODULUS = 1_000_000;

  private Totp() {}

  /**
   * Whether a code is good.
   *
   * @param seed the shared secret, not its base32 text
   * @param lastStep the step of the last code that was good; 0 when there was none
   * @return the step of the code, which becomes {@code lastStep}; empty when it is not good
   */
  public static OptionalLong verify(byte[] seed, String code, Instant now, long lastStep) {
    if (!CODE.matcher(code).matches()) {
      return OptionalLong.empty();
    }
    OptionalLong found = OptionalLong.empty();
    long current = step(now);
    // All steps are tried, so that time tells nothing about which one a code is of.
    for (long step = current - WINDOW_STEPS; step <= current + WINDOW_STEPS; step++) {
      boolean same = equal(code(seed, step), code);
      if (same && step > lastStep && found.isEmpty()) {
        found = OptionalLong.of(step);
      }
    }
    return found;
  }

  /**
   * Whether two codes are good that a device showed one after the other, as they are given when it
   * is enabled or its clock is off. Two of them are no guess, so they may be of other steps than a
   * single one: see {@link #drift}.
   *
   * @return the step of the second code, which becomes the last step; empty when they are not good
   */
  public static OptionalLong verifyPair(byte[] seed, String first, String second, Instant now) {
    if (!CODE.matcher(first).matches() || !CODE.matcher(second).matches()) {
      return OptionalLong.empty();
    }
    OptionalLong found = OptionalLong.empty();
    long current = step(now);
    for (long step = current - PAIR_WINDOW_STEPS; step <= current + PAIR_WINDOW_STEPS; step++) {
      // Both are compared, so that the time taken does not tell which one was wrong.
      boolean firstIsGood = equal(code(seed, step - 1), first);
      boolean secondIsGood = equal(code(seed, step), second);
      boolean same = firstIsGood && secondIsGood;
      if (same && found.isEmpty()) {
        found = OptionalLong.of(step);
      }
    }
    return found;
  }

  /**
   * By how many steps a device's clock is off that showed the code of a step just now, as RFC 6238
   * section 6 advises to keep it; 0 within the window, where the code may only have been late.
   */
  public static long drift(long step, Instant now) {
    long drift = step - step(now);
    return Math.abs(drift) <= WINDOW_STEPS ? 0 : drift;
  }

  /** The time by a clock that is off by so many steps. */
  public static Instant shifted(Instant now, long driftSteps) {
    return now.plusSeconds(driftSteps * STEP_SECONDS);
  }

  /** The step that a moment is in, counted from 1970. */
  static long step(Instant moment) {
    return Math.floorDiv(moment.getEpochSecond(), STEP_SECONDS);
  }

  /** The code of a step: RFC 4226 section 5.3. */
  static String code(byte[] seed, long step) {
    byte[] mac = hmac(seed, ByteBuffer.allocate(Long.BYTES).putLong(step).array());
    int offset = mac[mac.length - 1] & 0x0f;
    int number = ByteBuffer.wrap(mac).getInt(offset) & Integer.MAX_VALUE;
    return ("%0" + DIGITS + "d").formatted(number % MODULUS);
  }

  private static byte[] hmac(byte[] seed, byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(seed, ALGORITHM));
      return mac.doFinal(message);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has HmacSHA1", impossible);
    }
  }

  private static boolean equal(String expected, String given) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.US_ASCII));
  }
}
