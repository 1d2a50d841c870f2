package dev.postern.server.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.postern.server.store.MfaCodes;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Verifies codes of MFA devices. A good code is used up, durably. Who gives too many wrong ones is
 * not listened to for a while: a code has six digits only. Safe for use by many threads.
 */
public final class MfaVerification {
  /** Wrong codes of one user within {@link #ATTEMPTS_WINDOW}. */
  public static final int WRONG_CODES_MAX = 10;

  public static final Duration ATTEMPTS_WINDOW = Duration.ofMinutes(5);

  /** Users whose failures are kept; each takes some 200 bytes. */
  private static final int USERS_MAX = 65_536;

  /** How a code was found. */
  public enum Outcome {
    /** Good, and from now on used. */
    GOOD,
    /** Wrong, too old, or used before. */
    WRONG,
    /** The user has no such device in use. */
    NO_DEVICE,
    /** Not looked at: too many were wrong. */
    TOO_MANY
  }

  private final MfaCodes codes;
  private final Cache<String, Failures> failures =
      Caffeine.newBuilder().maximumSize(USERS_MAX).executor(Runnable::run).build();

  private record Failures(int count, Instant since) {}

  public MfaVerification(MfaCodes codes) {
    this.codes = codes;
  }

  /**
   * Verifies and uses up.
   *
   * @param userName whose device it is
   */
  public Outcome verify(String userName, String serialNumber, String code, Instant now) {
    String user = userName.toLowerCase(Locale.ROOT);
    if (!count(user, now)) {
      return Outcome.TOO_MANY;
    }
    return switch (codes.use(
        userName,
        serialNumber,
        (seed, last, drift) -> Totp.verify(seed, code, Totp.shifted(now, drift), last))) {
      case GOOD -> {
        failures.invalidate(user);
        yield Outcome.GOOD;
      }
      case WRONG -> Outcome.WRONG;
      case NO_DEVICE -> Outcome.NO_DEVICE;
    };
  }

  /** Counts before it is known how the code is, so that attempts at the same time count too. */
  private boolean count(String user, Instant now) {
    Failures counted =
        failures
            .asMap()
            .compute(
                user,
                (_, old) ->
                    old == null || !now.isBefore(old.since().plus(ATTEMPTS_WINDOW))
                        ? new Failures(1, now)
                        : new Failures(Math.min(old.count(), WRONG_CODES_MAX) + 1, old.since()));
    return counted.count() <= WRONG_CODES_MAX;
  }
}
