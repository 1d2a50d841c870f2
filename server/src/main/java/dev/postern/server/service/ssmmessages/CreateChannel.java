package dev.postern.server.service.ssmmessages;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Operation;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.Store;
import dev.postern.server.store.Tokens;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the two operations have in common: a node asks, and gets a token (spec/agent-service.md
 * 3.2).
 */
abstract class CreateChannel implements Operation<Map<String, Object>, Map<String, Object>> {
  /** Agents open the channel right after the answer. */
  static final Duration TOKEN_LIFETIME = Duration.ofMinutes(1);

  final Account account;
  final Store store;

  CreateChannel(Account account, Store store) {
    this.account = account;
    this.store = store;
  }

  @Override
  public final String name() {
    return getClass().getSimpleName();
  }

  @Override
  public final Codec<Map<String, Object>, Map<String, Object>> codec() {
    return TreeCodec.of();
  }

  @Override
  public final Question question(Map<String, Object> input, Caller caller) {
    return Question.of("ssmmessages:" + name(), "*");
  }

  @Override
  public final boolean readOnly() {
    return false;
  }

  @Override
  public final Map<String, Object> auditElements(Map<String, Object> output) {
    return Map.of("tokenValue", "Value hidden due to security reasons.");
  }

  /** Refuses all but the node itself, whatever policies say. */
  final void requireNode(Caller caller, String instanceId) {
    if (caller instanceof Caller.RoleSession session
        && session.instanceId().equals(Optional.of(instanceId))) {
      return;
    }
    throw new Fault(
        "AccessDeniedException",
        403,
        "User: "
            + caller.arn()
            + " is not authorized to perform: ssmmessages:"
            + name()
            + " because only the node itself may");
  }

  final Map<String, Object> token(Tokens.Kind kind, String subject) {
    var output = new LinkedHashMap<String, Object>();
    output.put("MessageSchemaVersion", "1.0");
    output.put("TokenValue", store.tokens().issue(kind, subject, TOKEN_LIFETIME));
    return output;
  }
}
