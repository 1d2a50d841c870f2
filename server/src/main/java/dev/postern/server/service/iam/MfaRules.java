package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question;
import dev.postern.server.access.Totp;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.MfaDeviceRecord;
import dev.postern.server.store.MfaDevices;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the operations on virtual MFA devices accept, and how they refuse. */
final class MfaRules {
  static final int SERIAL_CHARACTERS_MAX = 256;

  private static final int SERIAL_CHARACTERS_MIN = 9;
  private static final Pattern SERIAL = Pattern.compile("[\\w+=/:,.@-]+");
  private static final Pattern CODE = Pattern.compile("[\\d]+");

  private MfaRules() {}

  static Constraints serial(Constraints constraints, @Nullable String serialNumber) {
    return constraints
        .member("serialNumber", serialNumber)
        .required()
        .length(SERIAL_CHARACTERS_MIN, SERIAL_CHARACTERS_MAX)
        .pattern(SERIAL);
  }

  static Constraints codes(
      Constraints constraints, @Nullable String first, @Nullable String second) {
    return code(code(constraints, "authenticationCode1", first), "authenticationCode2", second);
  }

  private static Constraints code(Constraints constraints, String member, @Nullable String code) {
    return constraints
        .secret(member, code)
        .required()
        .length(Totp.DIGITS, Totp.DIGITS)
        .pattern(CODE);
  }

  /** Whether a device showed the codes one after the other just now. */
  static MfaDevices.Codes pair(String first, String second, Instant now) {
    return seed -> {
      OptionalLong step = Totp.verifyPair(seed, first, second, now);
      return step.isEmpty()
          ? Optional.empty()
          : Optional.of(new MfaDevices.Shown(step.getAsLong(), Totp.drift(step.getAsLong(), now)));
    };
  }

  /** The action on a device, with the tags that it has. */
  static Question question(
      String action, String serialNumber, MfaDevices devices, Map<String, List<String>> more) {
    Map<String, String> tags =
        devices.find(serialNumber).map(MfaDeviceRecord::tags).orElse(Map.of());
    Map<String, List<String>> keys = ResourceTags.both(more, ResourceTags.iamConditionKeys(tags));
    return new Question(
        List.of(new Question.Check(action, serialNumber, keys)), Question.Proof.ACCESS_KEY);
  }

  static Fault notFound(String serialNumber) {
    return PrincipalRules.noSuchEntity(
        "VirtualMFADevice with serial number " + serialNumber + " doesn't exist.");
  }

  /** Throws what a change to a device that was not made says. */
  static void require(MfaDevices.Outcome outcome, String serialNumber) {
    switch (outcome) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_USER -> throw new IllegalStateException("no user was named");
      case NO_DEVICE -> throw notFound(serialNumber);
      case NAME_TAKEN ->
          throw new Fault(
              "EntityAlreadyExists",
              409,
              "MFADevice entity at the same path and name already exists.");
      case IN_USE ->
          throw new Fault(
              "DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first.");
      case WRONG_CODES ->
          throw new Fault(
              "InvalidAuthenticationCode", 403, "Authentication code for device is not valid.");
      case TOO_MANY_DEVICES -> throw limit("VirtualMFADevicesPerAccount", MfaDevices.DEVICES_MAX);
      case TOO_MANY_OF_USER -> throw limit("MFADevicesPerUser", MfaDevices.DEVICES_PER_USER_MAX);
      case TOO_MANY_TAGS -> throw limit("TagsPerMFADevice", MfaDevices.TAGS_MAX);
    }
  }

  private static Fault limit(String quota, int max) {
    return new Fault("LimitExceeded", 409, "Cannot exceed quota for " + quota + ": " + max);
  }

  /** The same, of a change to what a user has. */
  static void require(
      MfaDevices.Outcome outcome, PrincipalRules users, String userName, String serialNumber) {
    switch (outcome) {
      case NO_USER -> throw users.notFound(userName);
      case IN_USE -> throw new Fault("EntityAlreadyExists", 409, "MFA Device is already in use.");
      default -> require(outcome, serialNumber);
    }
  }
}
