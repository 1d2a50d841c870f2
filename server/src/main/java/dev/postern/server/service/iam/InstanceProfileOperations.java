package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import java.util.List;

/** The operations on instance profiles. */
final class InstanceProfileOperations {
  private InstanceProfileOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    return List.of(
        new CreateInstanceProfile(parts),
        new GetInstanceProfile(parts),
        new ListInstanceProfiles(parts),
        new ListInstanceProfilesForRole(parts),
        new DeleteInstanceProfile(parts),
        new AddRoleToInstanceProfile(parts),
        new RemoveRoleFromInstanceProfile(parts),
        new TagInstanceProfile(parts),
        new UntagInstanceProfile(parts),
        new ListInstanceProfileTags(parts));
  }
}
