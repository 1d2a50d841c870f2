package dev.postern.server.service.ssmmessages;

import dev.postern.aws.Fault;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.store.Store;
import dev.postern.server.store.Tokens;
import java.util.Map;

/** Gives a node the token that opens its control channel. */
final class CreateControlChannel extends CreateChannel {
  CreateControlChannel(Account account, Store store) {
    super(account, store);
  }

  @Override
  public void validate(Map<String, Object> input) {
    Constraints.of()
        .member("instanceId", String.valueOf(input.get("InstanceId")))
        .required()
        .length(1, 124)
        .verify();
  }

  @Override
  public Map<String, Object> run(Call call, Map<String, Object> input) {
    String instanceId = String.valueOf(input.get("InstanceId"));
    requireNode(call.permit().caller(), instanceId);
    if (store.nodes().find(instanceId).isEmpty()) {
      throw new Fault(
          "InvalidInstanceId", 400, "Instance " + instanceId + " is not a managed instance.");
    }
    return token(Tokens.Kind.CONTROL_CHANNEL, instanceId);
  }

  @Override
  public Map<String, Object> auditParameters(Map<String, Object> input) {
    return Map.of("instanceId", String.valueOf(input.get("InstanceId")));
  }
}
