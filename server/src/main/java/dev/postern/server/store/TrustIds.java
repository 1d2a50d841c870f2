package dev.postern.server.store;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which unique ids the principals have that a trust policy names: one that is deleted and made
 * again under the same name is not the one that was trusted. ARNs are {@code
 * arn:aws:iam::<account>:user/<path><name>}, the same with {@code role/}, or {@code
 * arn:aws:sts::<account>:assumed-role/<role>/<session>}, all of this server's account.
 */
final class TrustIds {
  private static final int RESOURCE_FIELD = 5;

  /**
   * Finds the ids.
   *
   * @param ids where they are put, by ARN
   * @return the first ARN whose principal does not exist
   */
  Optional<String> resolve(Handle handle, Collection<String> arns, Map<String, String> ids) {
    for (String arn : arns) {
      Optional<String> id = id(handle, arn);
      if (id.isEmpty()) {
        return Optional.of(arn);
      }
      ids.put(arn, id.get());
    }
    return Optional.empty();
  }

  private static Optional<String> id(Handle handle, String arn) {
    String resource = arn.split(":", RESOURCE_FIELD + 1)[RESOURCE_FIELD];
    int slash = resource.indexOf('/');
    String kind = slash < 0 ? resource : resource.substring(0, slash);
    String pathAndName = slash < 0 ? "" : resource.substring(slash);
    return switch (kind) {
      case "user" -> exactly(handle, PrincipalTable.of(IamEntity.USER), pathAndName);
      case "role" -> exactly(handle, PrincipalTable.of(IamEntity.ROLE), pathAndName);
      case "assumed-role" -> {
        int end = pathAndName.indexOf('/', 1);
        String role = end < 0 ? "" : pathAndName.substring(1, end);
        yield PrincipalTable.of(IamEntity.ROLE)
            .find(handle, Principals.key(role))
            .filter(found -> found.name().equals(role))
            .map(PrincipalRecord::id);
      }
      default -> Optional.empty();
    };
  }

  private static Optional<String> exactly(Handle handle, PrincipalTable table, String pathAndName) {
    String name = pathAndName.substring(pathAndName.lastIndexOf('/') + 1);
    return table
        .find(handle, Principals.key(name))
        .filter(found -> (found.path() + found.name()).equals(pathAndName))
        .map(PrincipalRecord::id);
  }
}
