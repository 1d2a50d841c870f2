package dev.postern.wire.handshake;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Agent to client, the first output message of sessions with a handshake (spec/data-channel.md
 * 4.4).
 *
 * @param agentVersion exactly four numeric parts, or clients fall back to their oldest behaviour
 * @param extensions what the agent offers beyond the official protocol, see {@link Extension};
 *     others overlook the member
 */
public record HandshakeRequest(
    String agentVersion, List<ClientAction> requestedClientActions, List<String> extensions)
    implements JsonText {

  public HandshakeRequest {
    requestedClientActions = List.copyOf(requestedClientActions);
    extensions = List.copyOf(extensions);
  }

  /** A request without extensions, as the official agent makes it. */
  public HandshakeRequest(String agentVersion, List<ClientAction> requestedClientActions) {
    this(agentVersion, requestedClientActions, List.of());
  }

  public static HandshakeRequest parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    List<ClientAction> actions = new ArrayList<>();
    for (JsonObject action : json.objects("RequestedClientActions")) {
      actions.add(ClientAction.parse(action));
    }
    return new HandshakeRequest(json.string("AgentVersion"), actions, Extension.list(json));
  }

  @Override
  public String toJson() {
    JsonObject.Builder json =
        JsonObject.builder()
            .put("AgentVersion", agentVersion)
            .put(
                "RequestedClientActions",
                requestedClientActions.stream().map(ClientAction::toJsonObject).toList());
    return Extension.put(json, extensions).toJson();
  }
}
