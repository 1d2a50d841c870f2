package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.wire.SessionId;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.ResumeSessionRequest;
import software.amazon.awssdk.services.ssm.model.ResumeSessionResponse;

/**
 * Gives the client of a live session a fresh token. For a session that has ended the answer has
 * none, which both plugins take as the end (spec/aws-api.md 2.1).
 */
final class ResumeSession extends SsmOperation<ResumeSessionRequest, ResumeSessionResponse> {
  private final Account account;
  private final Store store;
  private final StreamUrls streamUrls;

  ResumeSession(SessionParts parts) {
    super(SdkCodec.of(ResumeSessionRequest.class, ResumeSessionRequest::builder), false);
    this.account = parts.account();
    this.store = parts.store();
    this.streamUrls = parts.streamUrls();
  }

  @Override
  public void validate(ResumeSessionRequest input) {
    Constraints.of()
        .member("sessionId", input.sessionId())
        .required()
        .length(1, SessionId.LENGTH_MAX)
        .verify();
  }

  @Override
  public Question question(ResumeSessionRequest input, Caller caller) {
    return SessionQuestion.of(action(), input.sessionId(), account, store);
  }

  @Override
  public ResumeSessionResponse run(Call call, ResumeSessionRequest input) {
    SessionRecord session =
        find(input.sessionId())
            .orElseThrow(() ->
                new Fault(
                    "DoesNotExistException",
                    400,
                    "Session with id " + input.sessionId() + " does not exist."));
    var answer = ResumeSessionResponse.builder().sessionId(session.id().value());
    if (session.status().isHistory() || session.status() == SessionRecord.Status.Terminating) {
      return answer.build();
    }
    // Only the newest token opens the channel: an older one may have leaked with the lost
    // connection.
    return answer
        .tokenValue(store.tokens().issueInstead(session.id().value(), StartSession.TOKEN_LIFETIME))
        .streamUrl(streamUrls.of(session.id()))
        .build();
  }

  private Optional<SessionRecord> find(String id) {
    return SessionId.isValid(id) ? store.sessions().find(new SessionId(id)) : Optional.empty();
  }

  @Override
  public Map<String, Object> auditParameters(ResumeSessionRequest input) {
    return Map.of("sessionId", input.sessionId());
  }

  @Override
  public Map<String, Object> auditElements(ResumeSessionResponse output) {
    return Map.of(
        "sessionId", output.sessionId(), "tokenValue", "Value hidden due to security reasons.");
  }
}
