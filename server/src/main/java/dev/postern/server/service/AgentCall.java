package dev.postern.server.service;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import java.util.Map;

/**
 * A call that agents make and whose answer needs no work: it is authorized and audited, and
 * answered with what keeps an agent quiet (spec/agent-service.md 2.3).
 *
 * @param action the IAM action
 * @param answer always this
 */
public record AgentCall(
    String name,
    String action,
    Codec<Map<String, Object>, Map<String, Object>> codec,
    Map<String, Object> answer)
    implements Operation<Map<String, Object>, Map<String, Object>> {
  @Override
  public void validate(Map<String, Object> input) {
    // Nothing of the input is kept or used, so nothing of it can be wrong.
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return Question.of(action, "*");
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    return answer;
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of();
  }

  @Override
  public Map<String, Object> auditElements(Map<String, Object> output) {
    return Map.of();
  }
}
