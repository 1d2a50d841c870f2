package dev.postern.client.session;

import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.HandshakeResponse;
import dev.postern.wire.handshake.ProcessedAction;
import dev.postern.wire.handshake.SessionType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers an agent's handshake request (spec/data-channel.md 4.4, 4.5). No state: the caller sends
 * the response exactly once.
 *
 * @param response for the agent
 * @param sessionType what the agent asked for; null when it named no type that this client knows
 * @param refusal why this client cannot take part, for the person; null when it can
 */
record ClientHandshake(
    HandshakeResponse response, @Nullable String sessionType, @Nullable String refusal) {
  static ClientHandshake answer(HandshakeRequest request) {
    List<ProcessedAction> processed = new ArrayList<>();
    String sessionType = null;
    String refusal = null;
    for (ClientAction action : request.requestedClientActions()) {
      String reason = null;
      switch (action) {
        case ClientAction.SessionTypeAction(String type, var _) -> {
          reason = refusalOf(type);
          sessionType = reason == null ? type : null;
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
    return new ClientHandshake(
        new HandshakeResponse(ClientVersion.TEXT, processed, List.of()), sessionType, refusal);
  }

  private static @Nullable String refusalOf(String sessionType) {
    return switch (sessionType) {
      case SessionType.STANDARD_STREAM,
          SessionType.INTERACTIVE_COMMANDS,
          SessionType.NON_INTERACTIVE_COMMANDS ->
          null;
      case SessionType.PORT -> "this client does not support port sessions";
      default -> "unknown session type " + sessionType;
    };
  }
}
