package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.bus.Bus;
import dev.postern.server.bus.EndSession;
import dev.postern.server.bus.NoResponder;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.wire.SessionId;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.TerminateSessionRequest;
import software.amazon.awssdk.services.ssm.model.TerminateSessionResponse;

/** Ends a session. Ending one that has ended, or never was, succeeds too (spec/aws-api.md 2.1). */
final class TerminateSession
    extends SsmOperation<TerminateSessionRequest, TerminateSessionResponse> {
  private static final String DETAILS = "Terminated by TerminateSession";

  private final Account account;
  private final Store store;
  private final Bus bus;

  TerminateSession(SessionParts parts) {
    super(SdkCodec.of(TerminateSessionRequest.class, TerminateSessionRequest::builder), false);
    this.account = parts.account();
    this.store = parts.store();
    this.bus = parts.bus();
  }

  @Override
  public void validate(TerminateSessionRequest input) {
    Constraints.of()
        .member("sessionId", input.sessionId())
        .required()
        .length(1, SessionId.LENGTH_MAX)
        .verify();
  }

  @Override
  public Question question(TerminateSessionRequest input, Caller caller) {
    return SessionQuestion.of(action(), input.sessionId(), account, store);
  }

  @Override
  public TerminateSessionResponse run(Call call, TerminateSessionRequest input) {
    if (SessionId.isValid(input.sessionId())) {
      SessionId id = new SessionId(input.sessionId());
      Optional<SessionRecord> session = store.sessions().find(id);
      if (session.isPresent() && !session.get().status().isHistory()) {
        end(call, id);
      }
    }
    return TerminateSessionResponse.builder().sessionId(input.sessionId()).build();
  }

  private void end(Call call, SessionId id) {
    store.tokens().discardOfSession(id.value());
    try {
      if (bus.request(new EndSession(id, "", DETAILS))) {
        return;
      }
    } catch (NoResponder nobodyHoldsIt) {
      // No channel of it is open anywhere: the record is all there is.
    }
    store
        .sessions()
        .update(id, SessionRecord.Status.Terminated, Optional.of(call.now()), Optional.of(DETAILS));
  }

  @Override
  public Map<String, Object> auditParameters(TerminateSessionRequest input) {
    return Map.of("sessionId", input.sessionId());
  }

  @Override
  public Map<String, Object> auditElements(TerminateSessionResponse output) {
    return Map.of("sessionId", output.sessionId());
  }
}
