package dev.postern.wire.control;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;

/**
 * The inputs of a session document, with placeholders replaced (spec/agent-service.md 3.5). Unknown
 * members are ignored; idle timeout and maximum duration are the service's business.
 */
public record SessionInputs(
    String s3BucketName,
    String s3KeyPrefix,
    boolean s3EncryptionEnabled,
    String cloudWatchLogGroupName,
    boolean cloudWatchEncryptionEnabled,
    boolean cloudWatchStreamingEnabled,
    String kmsKeyId,
    boolean runAsEnabled,
    String runAsDefaultUser,
    ShellProfile shellProfile) {

  /** Commands that a shell runs first. */
  public record ShellProfile(String linux, String windows) {}

  /** Every flag is taken as a boolean or as its name. */
  public static SessionInputs parse(JsonObject json) throws MalformedMessageException {
    JsonObject profile = json.objectOrEmpty("shellProfile");
    return new SessionInputs(
        json.string("s3BucketName"),
        json.string("s3KeyPrefix"),
        json.boolOrString("s3EncryptionEnabled"),
        json.string("cloudWatchLogGroupName"),
        json.boolOrString("cloudWatchEncryptionEnabled"),
        json.boolOrString("cloudWatchStreamingEnabled"),
        json.string("kmsKeyId"),
        json.boolOrString("runAsEnabled"),
        json.string("runAsDefaultUser"),
        new ShellProfile(profile.string("linux"), profile.string("windows")));
  }

  public JsonObject toJsonObject() {
    return JsonObject.builder()
        .put("s3BucketName", s3BucketName)
        .put("s3KeyPrefix", s3KeyPrefix)
        .put("s3EncryptionEnabled", s3EncryptionEnabled)
        .put("cloudWatchLogGroupName", cloudWatchLogGroupName)
        .put("cloudWatchEncryptionEnabled", cloudWatchEncryptionEnabled)
        .put("cloudWatchStreamingEnabled", cloudWatchStreamingEnabled)
        .put("kmsKeyId", kmsKeyId)
        .put("runAsEnabled", runAsEnabled)
        .put("runAsDefaultUser", runAsDefaultUser)
        .put(
            "shellProfile",
            JsonObject.builder()
                .put("linux", shellProfile.linux)
                .put("windows", shellProfile.windows)
                .build())
        .build();
  }
}
