package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The long-term access keys of users. Temporary ones are not seen here. Safe for use by many
 * threads.
 */
public final class UserKeys {
  /** Long-term keys that one user can have (IAM quotas). */
  public static final int KEYS_PER_USER_MAX = 2;

  private static final String SELECT =
      """
      select k.access_key_id, k.status, k.created_at, u.user_name from access_key k
        join iam_user u on u.name_key = k.user_key
      where k.token_hash is null
      """;

  private final Identity identity;
  private final AccessKeys accessKeys;

  UserKeys(Identity identity, AccessKeys accessKeys) {
    this.identity = identity;
    this.accessKeys = accessKeys;
  }

  /** What came of a change. Everything but DONE changed nothing. */
  public enum Outcome {
    DONE,
    NO_USER,
    /** The user has no such key. */
    NO_KEY,
    TOO_MANY_KEYS
  }

  /**
   * What came of making a key.
   *
   * @param key with its secret; present when it was made
   */
  public record Creation(Outcome outcome, Optional<AccessKeyRecord> key) {}

  public Creation create(String userName) {
    return identity.write(handle -> {
      Optional<PrincipalRecord> user = user(handle, userName);
      if (user.isEmpty()) {
        return new Creation(Outcome.NO_USER, Optional.empty());
      }
      if (of(handle, userName).size() >= KEYS_PER_USER_MAX) {
        return new Creation(Outcome.TOO_MANY_KEYS, Optional.empty());
      }
      AccessKeyRecord key = accessKeys.createForUser(handle, user.get().name());
      return new Creation(Outcome.DONE, Optional.of(key));
    });
  }

  private static Optional<PrincipalRecord> user(Handle handle, String userName) {
    return PrincipalTable.of(IamEntity.USER).find(handle, Principals.key(userName));
  }

  /** Oldest first; none of a user that there is not. */
  public List<UserKeyRecord> ofUser(String userName) {
    return identity.read(handle -> of(handle, userName));
  }

  private static List<UserKeyRecord> of(Handle handle, String userName) {
    return handle
        .createQuery(SELECT + " and k.user_key = :user order by k.created_at, k.access_key_id")
        .bind("user", Principals.key(userName))
        .map((row, context) -> record(row))
        .list();
  }

  public Optional<UserKeyRecord> find(String accessKeyId) {
    return identity.read(handle ->
        handle
            .createQuery(SELECT + " and k.access_key_id = :id")
            .bind("id", accessKeyId)
            .map((row, context) -> record(row))
            .findOne());
  }

  /** An inactive key signs nothing. */
  public Outcome setActive(String userName, String accessKeyId, boolean active) {
    return change(
        userName,
        accessKeyId,
        "update access_key set status = '%s'".formatted(active ? "Active" : "Inactive"));
  }

  public Outcome delete(String userName, String accessKeyId) {
    return change(userName, accessKeyId, "delete from access_key");
  }

  private Outcome change(String userName, String accessKeyId, String sql) {
    return identity.write(handle -> {
      if (user(handle, userName).isEmpty()) {
        return Outcome.NO_USER;
      }
      int changed =
          handle
              .createUpdate(
                  sql + " where access_key_id = :id and user_key = :user and token_hash is null")
              .bind("id", accessKeyId)
              .bind("user", Principals.key(userName))
              .execute();
      return changed == 0 ? Outcome.NO_KEY : Outcome.DONE;
    });
  }

  private static UserKeyRecord record(ResultSet row) throws SQLException {
    return new UserKeyRecord(
        row.getString("access_key_id"),
        row.getString("user_name"),
        row.getString("status").equals("Active"),
        Columns.time(row, "created_at"));
  }
}
