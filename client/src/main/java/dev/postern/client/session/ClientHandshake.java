package dev.postern.client.session;

import dev.postern.wire.handshake.AgentVersion;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.ProcessedAction;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.smux.SmuxRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers an agent's handshake request (spec/data-channel.md 4.4, 4.5). No state: the caller sends
 * the response exactly once.
 *
 * @param response for the agent
 * @param agent whose version decides between forms of port sessions
 * @param sessionType what the agent asked for; null when it named no type that this client knows
 * @param properties of a port session; else empty
 * @param refusal why this client cannot take part, for the person; null when it can
 */
record ClientHandshake(
    HandshakeResponse response,
    AgentVersion agent,
    @Nullable String sessionType,
    JsonObject properties,
    @Nullable String refusal) {
  private static final JsonObject NO_PROPERTIES = new JsonObject(Map.of());

  static ClientHandshake answer(HandshakeRequest request) {
    List<ProcessedAction> processed = new ArrayList<>();
    String sessionType = null;
    JsonObject properties = NO_PROPERTIES;
    String refusal = null;
    for (ClientAction action : request.requestedClientActions()) {
      String reason = null;
      switch (action) {
        case ClientAction.SessionTypeAction(String type, JsonObject details) -> {
          reason = refusalOf(type);
          sessionType = reason == null ? type : null;
          properties = details == null ? NO_PROPERTIES : details;
        }
        case ClientAction.KmsEncryptionAction _ ->
            reason = "this client does not support encrypted sessions";
        case ClientAction.UnknownAction(String type) -> {
          processed.add(ProcessedAction.unsupported(type));
          refusal = refusal == null ? "the agent asks for an unknown action " + type : refusal;
          continue;
        }
      }
      processed.add(
          reason == null
              ? ProcessedAction.succeeded(action.actionType())
              : ProcessedAction.failed(action.actionType(), reason));
      refusal = refusal == null ? reason : refusal;
    }
    if (refusal == null && sessionType == null) {
      refusal = "the agent did not say which type of session it starts";
    }
    List<String> known = sessionType == null ? List.of() : Extension.of(sessionType);
    List<String> extensions =
        request.extensions().stream().filter(known::contains).distinct().toList();
    return new ClientHandshake(
        new HandshakeResponse(ClientVersion.TEXT, processed, List.of(), extensions),
        new AgentVersion(request.agentVersion()),
        sessionType,
        properties,
        refusal);
  }

  /** What both ends agreed on for a port. */
  SmuxRules rules() {
    return SmuxRules.of(response.extensions());
  }

  private static @Nullable String refusalOf(String sessionType) {
    return switch (sessionType) {
      case SessionType.STANDARD_STREAM,
          SessionType.INTERACTIVE_COMMANDS,
          SessionType.NON_INTERACTIVE_COMMANDS,
          SessionType.PORT ->
          null;
      default -> "unknown session type " + sessionType;
    };
  }
}
