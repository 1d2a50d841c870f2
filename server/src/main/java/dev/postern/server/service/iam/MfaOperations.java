package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import dev.postern.server.store.IamEntity;
import java.util.List;

/** The operations on virtual MFA devices. */
final class MfaOperations {
  private MfaOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    PrincipalRules users = new PrincipalRules(IamEntity.USER, parts);
    return List.of(
        new CreateVirtualMFADevice(parts),
        new EnableMFADevice(users, parts),
        new ResyncMFADevice(users, parts),
        new DeactivateMFADevice(users, parts),
        new ListMFADevices(users, parts),
        new GetMFADevice(users, parts),
        new ListVirtualMFADevices(parts),
        new DeleteVirtualMFADevice(parts),
        new TagMFADevice(parts),
        new UntagMFADevice(parts),
        new ListMFADeviceTags(parts));
  }
}
