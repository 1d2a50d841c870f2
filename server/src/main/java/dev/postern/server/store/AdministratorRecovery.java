package dev.postern.server.store;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Makes the first administrator what it was at the first start, whatever happened to it since:
 * AdministratorAccess attached, no group, boundary or other policy that could deny anything, and
 * one access key, a new one. One transaction of the caller's.
 */
final class AdministratorRecovery {
  private static final String ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

  private AdministratorRecovery() {}

  static AccessKeyRecord run(
      Handle handle, AccessKeys accessKeys, Identifiers identifiers, Instant now) {
    String key = Principals.key(Store.ADMINISTRATOR);
    boolean exists =
        handle
            .createQuery("select 1 from iam_user where name_key = :key")
            .bind("key", key)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    if (!exists) {
      Principals.insert(
          handle,
          new UserRecord(
              Store.ADMINISTRATOR, "/", identifiers.principalId("AIDA"), now, List.of()));
    }
    for (String statement :
        List.of(
            "delete from user_policy where name_key = :key",
            "delete from inline_policy where entity_kind = 'user' and entity_key = :key",
            "delete from group_member where user_key = :key",
            "delete from access_key where user_key = :key",
            "update iam_user set permissions_boundary = null where name_key = :key")) {
      handle.createUpdate(statement).bind("key", key).execute();
    }
    PolicyAttachments.attach(handle, IamEntity.USER, key, ADMINISTRATOR_ACCESS);
    return accessKeys.createForUser(handle, Store.ADMINISTRATOR);
  }
}
