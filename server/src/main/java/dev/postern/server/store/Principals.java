package dev.postern.server.store;

import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/** How users and roles are stored, and by what they are found. */
final class Principals {
  private Principals() {}

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
