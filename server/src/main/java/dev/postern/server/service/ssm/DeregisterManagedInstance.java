package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.bus.Bus;
import dev.postern.server.bus.NodeRemoved;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Nodes;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.DeregisterManagedInstanceRequest;
import software.amazon.awssdk.services.ssm.model.DeregisterManagedInstanceResponse;

/**
 * Removes a node: its credentials and its control channel end, and so do its sessions. AWS takes
 * {@code mi-} ids only; ours also takes the {@code i-} ids that activations chose, for there is no
 * other way to remove those.
 */
final class DeregisterManagedInstance
    extends SsmOperation<DeregisterManagedInstanceRequest, DeregisterManagedInstanceResponse> {
  private static final Pattern INSTANCE_ID =
      Pattern.compile("(^mi-[0-9a-f]{17}$)|(^i-[0-9a-zA-Z]{1,64}$)");

  private final Account account;
  private final Nodes nodes;
  private final Bus bus;

  DeregisterManagedInstance(SessionParts parts) {
    super(
        SdkCodec.of(
            DeregisterManagedInstanceRequest.class, DeregisterManagedInstanceRequest::builder),
        false);
    this.account = parts.account();
    this.nodes = parts.store().nodes();
    this.bus = parts.bus();
  }

  @Override
  public void validate(DeregisterManagedInstanceRequest input) {
    Constraints.of()
        .member("instanceId", input.instanceId())
        .required()
        .pattern(INSTANCE_ID)
        .verify();
  }

  @Override
  public Question question(DeregisterManagedInstanceRequest input, Caller caller) {
    return new Question(
        List.of(
            new Question.Check(
                action(),
                account.nodeArn(input.instanceId()),
                ResourceTags.conditionKeys(nodes.tags(input.instanceId())))),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public DeregisterManagedInstanceResponse run(Call call, DeregisterManagedInstanceRequest input) {
    if (!nodes.remove(input.instanceId())) {
      throw invalidInstanceId(input.instanceId());
    }
    bus.publish(new NodeRemoved(input.instanceId()));
    return DeregisterManagedInstanceResponse.builder().build();
  }

  static Fault invalidInstanceId(String instanceId) {
    return new Fault(
        "InvalidInstanceId", 400, "Instance " + instanceId + " is not a managed instance.");
  }

  @Override
  public Map<String, Object> auditParameters(DeregisterManagedInstanceRequest input) {
    return Map.of("instanceId", input.instanceId());
  }
}
