package dev.postern.wire.handshake;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Client to agent, exactly once per session: a second one wedges the official agent
 * (spec/data-channel.md 4.5).
 *
 * @param extensions those of the agent's offer that hold from here on, see {@link Extension}
 */
public record HandshakeResponse(
    String clientVersion,
    List<ProcessedAction> processedClientActions,
    List<String> errors,
    List<String> extensions)
    implements JsonText {

  public HandshakeResponse {
    processedClientActions = List.copyOf(processedClientActions);
    errors = List.copyOf(errors);
    extensions = List.copyOf(extensions);
  }

  /** A response without extensions, as the official client makes it. */
  public HandshakeResponse(
      String clientVersion, List<ProcessedAction> processedClientActions, List<String> errors) {
    this(clientVersion, processedClientActions, errors, List.of());
  }

  public static HandshakeResponse parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    List<ProcessedAction> actions = new ArrayList<>();
    for (JsonObject action : json.objects("ProcessedClientActions")) {
      actions.add(ProcessedAction.parse(action));
    }
    return new HandshakeResponse(
        json.string("ClientVersion"), actions, json.strings("Errors"), Extension.list(json));
  }

  @Override
  public String toJson() {
    JsonObject.Builder json =
        JsonObject.builder()
            .put("ClientVersion", clientVersion)
            .put(
                "ProcessedClientActions",
                processedClientActions.stream().map(ProcessedAction::toJsonObject).toList())
            .put("Errors", errors.isEmpty() ? null : errors);
    return Extension.put(json, extensions).toJson();
  }
}
