package dev.postern.server.service.sts;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.MfaVerification;
import dev.postern.server.service.Constraints;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Codes of MFA devices that come with a call. Safe for use by many threads. */
final class Mfa {
  private static final int SERIAL_CHARACTERS_MIN = 9;
  private static final int SERIAL_CHARACTERS_MAX = 256;
  private static final Pattern SERIAL = Pattern.compile("[\\w+=/:,.@-]*");
  private static final int CODE_CHARACTERS = 6;
  private static final Pattern CODE = Pattern.compile("[\\d]*");

  private final MfaVerification verification;

  Mfa(MfaVerification verification) {
    this.verification = verification;
  }

  static Constraints check(
      Constraints constraints, @Nullable String serialNumber, @Nullable String tokenCode) {
    return constraints
        .member("serialNumber", serialNumber)
        .length(SERIAL_CHARACTERS_MIN, SERIAL_CHARACTERS_MAX)
        .pattern(SERIAL)
        .secret("tokenCode", tokenCode)
        .length(CODE_CHARACTERS, CODE_CHARACTERS)
        .pattern(CODE);
  }

  /**
   * Verifies the code of a call and uses it up.
   *
   * @return whether there was one, and then a good one
   */
  boolean given(
      Caller caller, @Nullable String serialNumber, @Nullable String tokenCode, Instant now) {
    if (serialNumber == null && tokenCode == null) {
      return false;
    }
    if (serialNumber == null || tokenCode == null) {
      throw refused("must provide both MFA serial number and one time pass code.");
    }
    MfaVerification.Outcome outcome =
        caller instanceof Caller.User user
            ? verification.verify(user.name(), serialNumber, tokenCode, now)
            : MfaVerification.Outcome.NO_DEVICE;
    return switch (outcome) {
      case GOOD -> true;
      case WRONG -> throw refused("with invalid MFA one time pass code.");
      case NO_DEVICE ->
          throw refused(
              "unable to validate MFA code.  Please verify your MFA serial number is valid and"
                  + " associated with this user.");
      case TOO_MANY -> throw new Fault("ThrottlingException", 400, "Rate exceeded");
    };
  }

  private static Fault refused(String why) {
    return new Fault(
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed" + (why.startsWith("with") ? " " : ", ") + why);
  }
}
