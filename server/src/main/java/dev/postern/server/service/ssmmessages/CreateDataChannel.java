package dev.postern.server.service.ssmmessages;

import dev.postern.aws.Fault;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.Tokens;
import dev.postern.wire.SessionId;
import java.util.Map;
import java.util.Optional;

/** Gives a node the token that opens its side of one session's data channel. */
final class CreateDataChannel extends CreateChannel {
  CreateDataChannel(Account account, Store store) {
    super(account, store);
  }

  @Override
  public void validate(Map<String, Object> input) {
    Constraints.of()
        .member("sessionId", String.valueOf(input.get("SessionId")))
        .required()
        .length(1, SessionId.LENGTH_MAX)
        .verify();
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    String id = String.valueOf(input.get("SessionId"));
    Optional<SessionRecord> session =
        SessionId.isValid(id) ? store.sessions().find(new SessionId(id)) : Optional.empty();
    // Another node's session and none at all are told alike.
    requireNode(
        call.permit().caller(),
        session.map(SessionRecord::target).orElse("a node of that session"));
    if (session.isEmpty() || session.get().status().isHistory()) {
      // The official agent stops trying when it reads these words (spec/data-channel.md 2.2).
      throw new Fault("ValidationException", 400, "Session is already terminated");
    }
    return token(Tokens.Kind.AGENT_DATA_CHANNEL, id);
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of("sessionId", String.valueOf(input.get("SessionId")));
  }
}
