package dev.postern.server.service.ssm;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Account;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.Store;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.UpdateManagedInstanceRoleRequest;
import software.amazon.awssdk.services.ssm.model.UpdateManagedInstanceRoleResponse;

/**
 * Gives a node another role, which the caller must be allowed to pass. Credentials of the old role
 * that the node has last until they expire, as in AWS. Nodes with chosen {@code i-} ids are taken
 * too: they were enrolled with a role in the same way.
 */
final class UpdateManagedInstanceRole
    extends SsmOperation<UpdateManagedInstanceRoleRequest, UpdateManagedInstanceRoleResponse> {
  private static final Pattern INSTANCE_ID =
      Pattern.compile("(^mi-[0-9a-f]{17}$)|(^i-[0-9a-zA-Z]{1,64}$)");

  private final SessionParts parts;
  private final Account account;
  private final Store store;

  UpdateManagedInstanceRole(SessionParts parts) {
    super(
        SdkCodec.of(
            UpdateManagedInstanceRoleRequest.class, UpdateManagedInstanceRoleRequest::builder),
        false);
    this.parts = parts;
    this.account = parts.account();
    this.store = parts.store();
  }

  @Override
  public void validate(UpdateManagedInstanceRoleRequest input) {
    Constraints.of()
        .member("instanceId", input.instanceId())
        .required()
        .pattern(INSTANCE_ID)
        .member("iamRole", input.iamRole())
        .required()
        .length(1, 64)
        .verify();
  }

  @Override
  public Question question(UpdateManagedInstanceRoleRequest input, Caller caller) {
    return new Question(
        List.of(
            new Question.Check(
                action(),
                account.nodeArn(input.instanceId()),
                ResourceTags.conditionKeys(store.nodes().tags(input.instanceId()))),
            PassRole.check(account, store, input.iamRole())),
        Question.Proof.ACCESS_KEY);
  }

  @Override
  public UpdateManagedInstanceRoleResponse run(Call call, UpdateManagedInstanceRoleRequest input) {
    CreateActivation.requireTrustedRole(
        parts, account.nodeArn(input.instanceId()), call, input.iamRole());
    if (!store.nodes().changeRole(input.instanceId(), input.iamRole())) {
      throw DeregisterManagedInstance.invalidInstanceId(input.instanceId());
    }
    return UpdateManagedInstanceRoleResponse.builder().build();
  }

  @Override
  public Map<String, Object> auditParameters(UpdateManagedInstanceRoleRequest input) {
    return Map.of("instanceId", input.instanceId(), "iamRole", input.iamRole());
  }
}
