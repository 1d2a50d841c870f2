package dev.postern.server.store;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Users and roles. Safe for use by many threads. */
public final class Principals {
  private final Database database;

  Principals(Database database) {
    this.database = database;
  }

  /** The user of this name, without regard to case. */
  public Optional<UserRecord> findUser(String name) {
    return database.read(handle ->
        handle
            .createQuery("select * from iam_user where name_key = :key")
            .bind("key", key(name))
            .map((row, context) ->
                new UserRecord(
                    row.getString("user_name"),
                    row.getString("path"),
                    row.getString("user_id"),
                    Columns.time(row, "created_at"),
                    policies(handle, "user_policy", name)))
            .findOne());
  }

  /** The role of this name, given without a path, without regard to case. */
  public Optional<RoleRecord> findRole(String name) {
    return database.read(handle ->
        handle
            .createQuery("select * from iam_role where name_key = :key")
            .bind("key", key(name))
            .map((row, context) ->
                new RoleRecord(
                    row.getString("role_name"),
                    row.getString("path"),
                    row.getString("role_id"),
                    row.getString("trust_policy"),
                    Columns.optionalText(row, "description"),
                    Duration.ofSeconds(row.getLong("session_seconds_max")),
                    Columns.time(row, "created_at"),
                    policies(handle, "role_policy", name)))
            .findOne());
  }

  private static List<String> policies(Handle handle, String table, String name) {
    return handle
        .createQuery(
            "select policy_arn from " + table + " where name_key = :key order by policy_arn")
        .bind("key", key(name))
        .mapTo(String.class)
        .list();
  }

  static void insert(Handle handle, UserRecord user) {
    handle
        .createUpdate(
            """
            insert into iam_user (name_key, user_name, path, user_id, created_at)
            values (:key, :name, :path, :userId, :created)
            """)
        .bind("key", key(user.name()))
        .bind("name", user.name())
        .bind("path", user.path())
        .bind("userId", user.userId())
        .bind("created", user.createdDate().toEpochMilli())
        .execute();
    attach(handle, "user_policy", user.name(), user.attachedPolicies());
  }

  static void insert(Handle handle, RoleRecord role) {
    handle
        .createUpdate(
            """
            insert into iam_role (name_key, role_name, path, role_id, trust_policy, description,
              session_seconds_max, created_at)
            values (:key, :name, :path, :roleId, :trustPolicy, :description, :sessionSecondsMax,
              :created)
            """)
        .bind("key", key(role.name()))
        .bind("name", role.name())
        .bind("path", role.path())
        .bind("roleId", role.roleId())
        .bind("trustPolicy", role.trustPolicy())
        .bind("description", role.description().orElse(null))
        .bind("sessionSecondsMax", role.maxSessionDuration().toSeconds())
        .bind("created", role.createdDate().toEpochMilli())
        .execute();
    attach(handle, "role_policy", role.name(), role.attachedPolicies());
  }

  private static void attach(Handle handle, String table, String name, List<String> policyArns) {
    for (String policyArn : policyArns) {
      handle
          .createUpdate("insert into " + table + " (name_key, policy_arn) values (:key, :arn)")
          .bind("key", key(name))
          .bind("arn", policyArn)
          .execute();
    }
  }

  /** Names of principals are unique without regard to case, and kept as given. */
  static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
