package dev.postern.server.service.ssm;

import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.wire.SessionId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What TerminateSession and ResumeSession ask: the session by its id, and by a second spelling that
 * begins with its owner's {@code aws:userid}, for policies that were written for roles
 * (spec/aws-api.md 4.8). A session that there is not is asked for by its id alone.
 */
final class SessionQuestion {
  private static final String TAG = "ssm:resourceTag/aws:ssmmessages:";
  private static final String RESOURCE_TAG = "aws:ResourceTag/aws:ssmmessages:";

  private SessionQuestion() {}

  static Question of(String action, String sessionId, Account account, Store store) {
    Optional<SessionRecord> session =
        SessionId.isValid(sessionId)
            ? store.sessions().find(new SessionId(sessionId))
            : Optional.empty();
    if (session.isEmpty()) {
      return Question.of(action, account.sessionArn(sessionId));
    }
    Map<String, List<String>> tags = systemTags(session.get());
    Question byId =
        new Question(
            List.of(new Question.Check(action, account.sessionArn(sessionId), tags)),
            Question.Proof.ACCESS_KEY);
    String suffix = sessionId.substring(sessionId.lastIndexOf('-'));
    return byId.or(
        List.of(
            new Question.Check(
                action, account.sessionArn(session.get().ownerUserId() + suffix), tags)));
  }

  private static Map<String, List<String>> systemTags(SessionRecord session) {
    List<String> owner = List.of(session.ownerUserId());
    List<String> target = List.of(session.target());
    return Map.of(
        TAG + "session-id", owner,
        RESOURCE_TAG + "session-id", owner,
        TAG + "target-id", target,
        RESOURCE_TAG + "target-id", target);
  }
}
