package dev.postern.server.store;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * When users' access keys and roles were used last. Uses are kept in memory and written together
 * once in a while, so that no call waits for the disk; a crash forgets those that were not written.
 * Safe for use by many threads.
 */
public final class KeyUses {
  /** Keys whose last use is not written yet: as many as all users can have. */
  static final int PENDING_MAX = Users.USERS_MAX * UserKeys.KEYS_PER_USER_MAX;

  private final Database database;
  private final Map<String, KeyUse> pending = new ConcurrentHashMap<>();

  /** By the roles' folded names. */
  private final Map<String, KeyUse> pendingRoles = new ConcurrentHashMap<>();

  KeyUses(Database database) {
    this.database = database;
  }

  /** Keeps this use of a user's key when it is the latest. */
  public void note(String accessKeyId, KeyUse use) {
    note(pending, PENDING_MAX, accessKeyId, use);
  }

  /** Keeps this use of a role when it is the latest: by whichever of its sessions' keys. */
  public void noteRole(String roleName, KeyUse use) {
    note(pendingRoles, Roles.ROLES_MAX, Principals.key(roleName), use);
  }

  private static void note(Map<String, KeyUse> pending, int max, String key, KeyUse use) {
    if (pending.size() < max || pending.containsKey(key)) {
      pending.merge(key, use, (a, b) -> a.at().isAfter(b.at()) ? a : b);
    }
  }

  /** The last use, written or not; empty when there was none. */
  public Optional<KeyUse> find(String accessKeyId) {
    return Optional.ofNullable(pending.get(accessKeyId)).or(() -> written(accessKeyId));
  }

  private Optional<KeyUse> written(String accessKeyId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select last_used_at, last_used_service, last_used_region from access_key
                where access_key_id = :id and last_used_at is not null
                """)
            .bind("id", accessKeyId)
            .map((row, context) ->
                new KeyUse(
                    Columns.time(row, "last_used_at"),
                    row.getString("last_used_service"),
                    row.getString("last_used_region")))
            .findOne());
  }

  /** Writes what is pending, in one transaction. */
  void flush() {
    Map<String, KeyUse> uses = Map.copyOf(pending);
    Map<String, KeyUse> roleUses = Map.copyOf(pendingRoles);
    if (uses.isEmpty() && roleUses.isEmpty()) {
      return;
    }
    database.write(handle -> {
      uses.forEach((accessKeyId, use) -> write(handle, accessKeyId, use));
      roleUses.forEach((roleKey, use) -> writeRole(handle, roleKey, use));
      return uses;
    });
    // One that came meanwhile stays for the next time.
    uses.forEach(pending::remove);
    roleUses.forEach(pendingRoles::remove);
  }

  private static void write(Handle handle, String accessKeyId, KeyUse use) {
    handle
        .createUpdate(
            """
            update access_key set last_used_at = :at, last_used_service = :service,
              last_used_region = :region
            where access_key_id = :id
            """)
        .bind("at", use.at().toEpochMilli())
        .bind("service", use.service())
        .bind("region", use.region())
        .bind("id", accessKeyId)
        .execute();
  }

  private static void writeRole(Handle handle, String roleKey, KeyUse use) {
    handle
        .createUpdate(
            """
            update iam_role set last_used_at = :at, last_used_region = :region
            where name_key = :key and (last_used_at is null or last_used_at < :at)
            """)
        .bind("at", use.at().toEpochMilli())
        .bind("region", use.region())
        .bind("key", roleKey)
        .execute();
  }
}
