package dev.postern.server.service.ssm;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the inputs of a session document may be (spec/aws-api.md 2.4). An empty text stands for
 * nothing everywhere; a text with a placeholder is looked at when it is filled.
 */
final class SessionInputRules {
  static final String IDLE_TIMEOUT = "idleSessionTimeout";
  static final String MAX_DURATION = "maxSessionDuration";

  /** In minutes; at least 1. */
  static final int IDLE_TIMEOUT_MAX = 60;

  /** In minutes; at least 1. */
  static final int DURATION_MAX = 1440;

  static final int BUCKET_LENGTH_MIN = 3;
  static final int BUCKET_LENGTH_MAX = 63;
  static final int KEY_PREFIX_LENGTH_MAX = 500;
  static final int LOG_GROUP_LENGTH_MAX = 512;
  static final int KEY_ID_LENGTH_MAX = 2048;
  static final int USER_LENGTH_MAX = 100;
  static final int PROFILE_LENGTH_MAX = 512;

  private static final Set<String> MEMBERS =
      Set.of(
          "s3BucketName",
          "s3KeyPrefix",
          "s3EncryptionEnabled",
          "cloudWatchLogGroupName",
          "cloudWatchEncryptionEnabled",
          "cloudWatchStreamingEnabled",
          "kmsKeyId",
          "runAsEnabled",
          "runAsDefaultUser",
          IDLE_TIMEOUT,
          MAX_DURATION,
          "shellProfile");
  private static final Pattern MINUTES = Pattern.compile("[1-9][0-9]{0,3}");

  private SessionInputRules() {}

  static void check(ContentObject inputs) {
    inputs.allow(MEMBERS);
    given(inputs, "s3BucketName", BUCKET_LENGTH_MIN, BUCKET_LENGTH_MAX);
    given(inputs, "s3KeyPrefix", 0, KEY_PREFIX_LENGTH_MAX);
    inputs.flag("s3EncryptionEnabled");
    given(inputs, "cloudWatchLogGroupName", 0, LOG_GROUP_LENGTH_MAX);
    inputs.flag("cloudWatchEncryptionEnabled");
    // Official agents cannot read a text here.
    inputs.bool("cloudWatchStreamingEnabled");
    given(inputs, "kmsKeyId", 0, KEY_ID_LENGTH_MAX);
    inputs.flag("runAsEnabled");
    given(inputs, "runAsDefaultUser", 0, USER_LENGTH_MAX);
    if (!isUnfilled(inputs, IDLE_TIMEOUT)) {
      minutes(inputs, IDLE_TIMEOUT, IDLE_TIMEOUT_MAX);
    }
    if (!isUnfilled(inputs, MAX_DURATION)) {
      minutes(inputs, MAX_DURATION, DURATION_MAX);
    }
    inputs
        .object("shellProfile")
        .ifPresent(profile -> {
          profile.allow(Set.of("linux", "windows"));
          profile.text("linux", 0, PROFILE_LENGTH_MAX);
          profile.text("windows", 0, PROFILE_LENGTH_MAX);
        });
  }

  private static void given(ContentObject inputs, String name, int lengthMin, int lengthMax) {
    if (!isUnfilled(inputs, name) && !"".equals(inputs.members().get(name))) {
      inputs.text(name, lengthMin, lengthMax);
    }
  }

  private static boolean isUnfilled(ContentObject inputs, String name) {
    return inputs.members().get(name) instanceof String text && DocumentPlaceholders.isIn(text);
  }

  /** The two that the service itself obeys, once they are filled; agents do not know them. */
  static void checkFilled(ContentObject inputs) {
    minutes(inputs, IDLE_TIMEOUT, IDLE_TIMEOUT_MAX);
    minutes(inputs, MAX_DURATION, DURATION_MAX);
  }

  private static void minutes(ContentObject inputs, String name, int max) {
    inputs
        .text(name)
        .filter(text -> !text.isEmpty())
        .filter(text -> !MINUTES.matcher(text).matches() || Integer.parseInt(text) > max)
        .ifPresent(text ->
            inputs.fail(
                name,
                ContentFindings.quoted(text) + " is no whole number of minutes from 1 to " + max));
  }
}
