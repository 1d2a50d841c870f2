package dev.postern.wire.handshake;

import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/** One thing that the agent asks of the client in a handshake (spec/data-channel.md 4.4). */
public sealed interface ClientAction {
  /** The name under which the client reports the result. */
  String actionType();

  /**
   * Always the first action.
   *
   * @param properties null for shells; for port sessions the document's properties, all strings
   */
  record SessionTypeAction(String sessionType, @Nullable JsonObject properties)
      implements ClientAction {
    public static final String TYPE = "SessionType";

    @Override
    public String actionType() {
      return TYPE;
    }
  }

  /**
   * Asks for an encrypted session.
   *
   * @param challenge base64 of 16 random bytes; empty from older agents (spec/data-channel.md 8)
   */
  record KmsEncryptionAction(String kmsKeyId, String challenge) implements ClientAction {
    public static final String TYPE = "KMSEncryption";

    @Override
    public String actionType() {
      return TYPE;
    }
  }

  /** An action of a newer agent, to be answered as unsupported. */
  record UnknownAction(String actionType) implements ClientAction {}

  /** Reads one element of RequestedClientActions. */
  static ClientAction parse(JsonObject json) throws MalformedMessageException {
    String type = json.string("ActionType");
    return switch (type) {
      case SessionTypeAction.TYPE -> {
        JsonObject parameters = json.objectOrEmpty("ActionParameters");
        yield new SessionTypeAction(
            parameters.string("SessionType"), parameters.object("Properties"));
      }
      case KmsEncryptionAction.TYPE -> {
        JsonObject parameters = json.objectOrEmpty("ActionParameters");
        yield new KmsEncryptionAction(
            parameters.string("KMSKeyId"), parameters.string("Challenge"));
      }
      default -> new UnknownAction(type);
    };
  }

  /** Writes one element of RequestedClientActions. */
  static JsonObject toJsonObject(ClientAction action) {
    JsonObject parameters =
        switch (action) {
          case SessionTypeAction(String sessionType, JsonObject properties) ->
              JsonObject.builder()
                  .put("SessionType", sessionType)
                  .put("Properties", properties)
                  .build();
          case KmsEncryptionAction(String kmsKeyId, String challenge) -> {
            JsonObject.Builder builder = JsonObject.builder().put("KMSKeyId", kmsKeyId);
            if (!challenge.isEmpty()) {
              builder.put("Challenge", challenge);
            }
            yield builder.build();
          }
          case UnknownAction(String type) ->
              throw new IllegalArgumentException("cannot ask for an unknown action");
        };
    return JsonObject.builder()
        .put("ActionType", action.actionType())
        .put("ActionParameters", parameters)
        .build();
  }
}
