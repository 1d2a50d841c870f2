package dev.postern.wire.handshake;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the client did about one {@link ClientAction} (spec/data-channel.md 4.5).
 *
 * @param actionStatus one of the constants; anything but success makes the agent end the session
 * @param kmsResult null for all other actions
 * @param error empty on success
 */
public record ProcessedAction(
    String actionType, int actionStatus, @Nullable KmsResult kmsResult, String error) {

  public static final int SUCCESS = 1;
  public static final int FAILED = 2;
  public static final int UNSUPPORTED = 3;

  /**
   * The wrapped data key that the agent asks KMS to open. It is a secret only to whoever may call
   * KMS.
   */
  public record KmsResult(
      ByteBuffer cipherTextKey,
      @Nullable ByteBuffer cipherTextHash,
      boolean challengeAcknowledgement) {}

  public static ProcessedAction succeeded(String actionType) {
    return new ProcessedAction(actionType, SUCCESS, null, "");
  }

  public static ProcessedAction failed(String actionType, String reason) {
    return new ProcessedAction(
        actionType, FAILED, null, "Failed to process action " + actionType + ": " + reason);
  }

  public static ProcessedAction unsupported(String actionType) {
    return new ProcessedAction(actionType, UNSUPPORTED, null, "Unsupported action " + actionType);
  }

  static ProcessedAction parse(JsonObject json) throws MalformedMessageException {
    String actionType = json.string("ActionType");
    int status = json.integer("ActionStatus", Integer.MIN_VALUE, Integer.MAX_VALUE);
    KmsResult result = null;
    // Older clients put a number there when they fail, so only the kind that has a result is read.
    if (actionType.equals(ClientAction.KmsEncryptionAction.TYPE)
        && json.value("ActionResult") instanceof JsonObject kms) {
      ByteBuffer key = kms.bytes("KMSCipherTextKey");
      result =
          new KmsResult(
              key == null ? ByteBuffer.allocate(0) : key,
              kms.bytes("KMSCipherTextHash"),
              kms.bool("ChallengeAcknowledgement"));
    }
    return new ProcessedAction(actionType, status, result, json.string("Error"));
  }

  JsonObject toJsonObject() {
    return JsonObject.builder()
        .put("ActionType", actionType)
        .put("ActionStatus", actionStatus)
        .put("ActionResult", kmsResult == null ? null : toJsonObject(kmsResult))
        .put("Error", error)
        .build();
  }

  private static JsonObject toJsonObject(KmsResult result) {
    JsonObject.Builder json =
        JsonObject.builder()
            .putBytes("KMSCipherTextKey", result.cipherTextKey)
            .putBytes("KMSCipherTextHash", result.cipherTextHash);
    if (result.challengeAcknowledgement) {
      json.put("ChallengeAcknowledgement", true);
    }
    return json.build();
  }
}
