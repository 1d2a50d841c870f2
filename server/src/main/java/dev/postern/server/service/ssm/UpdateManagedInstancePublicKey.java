package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.TreeCodec;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.Store;
import java.util.List;
import java.util.Map;

/** A node changes its key; the call is signed with the old one (spec/agent-service.md 1.3). */
final class UpdateManagedInstancePublicKey
    extends SsmOperation<Map<String, Object>, Map<String, Object>> {
  private final Account account;
  private final Store store;

  UpdateManagedInstancePublicKey(SessionParts parts) {
    super(TreeCodec.of(), false);
    this.account = parts.account();
    this.store = parts.store();
  }

  @Override
  public Question.Proof proof() {
    return Question.Proof.NODE_KEY;
  }

  @Override
  public void validate(Map<String, Object> input) {
    String key = Trees.text(input, "NewPublicKey");
    Constraints.of()
        .member("newPublicKey", key)
        .required()
        .length(NodeKeys.PUBLIC_KEY_LENGTH_MIN, NodeKeys.PUBLIC_KEY_LENGTH_MAX)
        .check(key == null || NodeKeys.isUsable(key), NodeKeys.DEMAND)
        .member("newPublicKeyType", Trees.text(input, "NewPublicKeyType"))
        .required()
        .oneOf(List.of("Rsa"))
        .verify();
  }

  @Override
  public Question question(Map<String, Object> input, Caller caller) {
    return new Question(
        action(), List.of(account.nodeArn(caller.sessionName())), Question.Proof.NODE_KEY);
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    NodeRecord node = RequestManagedInstanceRoleToken.node(call, store);
    String newKey = Trees.required(input, "NewPublicKey");
    if (!store.nodes().replaceKey(node.instanceId(), node.publicKey(), newKey)) {
      throw new Fault(
          "TooManyUpdates", 400, "The key of " + node.instanceId() + " is being changed.");
    }
    return Map.of();
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of("newPublicKeyType", Trees.textOrEmpty(input, "NewPublicKeyType"));
  }
}
