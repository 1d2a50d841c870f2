package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Users, groups and roles with all that belongs to them, for reports; nothing is written here. Safe
 * for use by many threads. Pages are in the order of names without regard to case.
 */
public final class AccountDetails {
  private final Database database;

  AccountDetails(Database database) {
    this.database = database;
  }

  /**
   * What users, groups and roles have alike.
   *
   * @param id the unique id
   * @param attached ARNs of managed policies
   * @param inline names and documents
   * @param boundary ARN of the permissions boundary; groups have none
   * @param tags groups have none
   */
  public record Entity(
      String name,
      String path,
      String id,
      Instant createdDate,
      List<String> attached,
      Map<String, String> inline,
      Optional<String> boundary,
      Map<String, String> tags) {
    public Entity {
      attached = List.copyOf(attached);
    }
  }

  /**
   * A user.
   *
   * @param groups names of the groups that it is in
   */
  public record User(Entity entity, List<String> groups) {
    public User {
      groups = List.copyOf(groups);
    }
  }

  /** When and where a role was last used. */
  public record LastUse(Instant time, String region) {}

  /** An instance profile that holds a role. */
  public record Profile(String name, String path, String id, Instant createdDate) {}

  /**
   * A role.
   *
   * @param trustPolicy the JSON text
   */
  public record Role(
      Entity entity, String trustPolicy, Optional<LastUse> lastUse, List<Profile> profiles) {
    public Role {
      profiles = List.copyOf(profiles);
    }
  }

  /** How many of each there are. */
  public record Counts(
      int users,
      int groups,
      int roles,
      int policies,
      int policyVersions,
      int instanceProfiles,
      int providers,
      int mfaDevices,
      int mfaDevicesInUse) {}

  /** A page of users after one of this name. */
  public List<User> users(Optional<String> afterName, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                "select * from iam_user where name_key > :after order by name_key limit :limit")
            .bind("after", afterName.map(Principals::key).orElse(""))
            .bind("limit", limit)
            .map((row, context) -> user(handle, row))
            .list());
  }

  private static User user(Handle handle, ResultSet row) throws SQLException {
    List<String> groups =
        handle
            .createQuery(
                """
                select g.group_name from group_member m
                  join iam_group g on g.name_key = m.group_key
                where m.user_key = :key order by g.name_key
                """)
            .bind("key", row.getString("name_key"))
            .mapTo(String.class)
            .list();
    return new User(
        entity(
            handle,
            IamEntity.USER,
            new Origin(row, "user_name", "user_id"),
            Columns.optionalText(row, "permissions_boundary")),
        groups);
  }

  /** The group of this name, without regard to case. */
  public Optional<Entity> group(String name) {
    return database.read(handle ->
        handle
            .createQuery("select * from iam_group where name_key = :key")
            .bind("key", Principals.key(name))
            .map((row, context) -> group(handle, row))
            .findOne());
  }

  /** A page of groups after one of this name. */
  public List<Entity> groups(Optional<String> afterName, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                "select * from iam_group where name_key > :after order by name_key limit :limit")
            .bind("after", afterName.map(Principals::key).orElse(""))
            .bind("limit", limit)
            .map((row, context) -> group(handle, row))
            .list());
  }

  private static Entity group(Handle handle, ResultSet row) throws SQLException {
    return entity(
        handle, IamEntity.GROUP, new Origin(row, "group_name", "group_id"), Optional.empty());
  }

  /** A page of roles after one of this name. */
  public List<Role> roles(Optional<String> afterName, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                "select * from iam_role where name_key > :after order by name_key limit :limit")
            .bind("after", afterName.map(Principals::key).orElse(""))
            .bind("limit", limit)
            .map((row, context) -> role(handle, row))
            .list());
  }

  private static Role role(Handle handle, ResultSet row) throws SQLException {
    Optional<String> region = Columns.optionalText(row, "last_used_region");
    return new Role(
        entity(
            handle,
            IamEntity.ROLE,
            new Origin(row, "role_name", "role_id"),
            Columns.optionalText(row, "permissions_boundary")),
        row.getString("trust_policy"),
        Columns.optionalTime(row, "last_used_at").map(time -> new LastUse(time, region.orElse(""))),
        profiles(handle, row.getString("name_key")));
  }

  private static List<Profile> profiles(Handle handle, String roleKey) {
    return handle
        .createQuery("select * from instance_profile where role_key = :key order by name_key")
        .bind("key", roleKey)
        .map((row, context) ->
            new Profile(
                row.getString("profile_name"),
                row.getString("path"),
                row.getString("profile_id"),
                Columns.time(row, "created_at")))
        .list();
  }

  /** Where an entity's own columns are. */
  private record Origin(ResultSet row, String nameColumn, String idColumn) {}

  private static Entity entity(
      Handle handle, IamEntity kind, Origin origin, Optional<String> boundary) throws SQLException {
    ResultSet row = origin.row();
    String key = row.getString("name_key");
    return new Entity(
        row.getString(origin.nameColumn()),
        row.getString("path"),
        row.getString(origin.idColumn()),
        Columns.time(row, "created_at"),
        PolicyAttachments.of(handle, kind, key),
        InlinePolicies.of(handle, kind, key),
        boundary,
        kind == IamEntity.GROUP ? Map.of() : IamTags.of(handle, kind, key));
  }

  /** Everything counted at one moment. */
  public Counts counts() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select (select count(*) from iam_user) as users,
                  (select count(*) from iam_group) as group_count,
                  (select count(*) from iam_role) as roles,
                  (select count(*) from iam_policy) as policies,
                  (select count(*) from iam_policy_version) as versions,
                  (select count(*) from instance_profile) as profiles,
                  (select count(*) from oidc_provider) as providers,
                  (select count(*) from mfa_device) as devices,
                  (select count(*) from mfa_device where user_key is not null) as used
                """)
            .map((row, context) ->
                new Counts(
                    row.getInt("users"),
                    row.getInt("group_count"),
                    row.getInt("roles"),
                    row.getInt("policies"),
                    row.getInt("versions"),
                    row.getInt("profiles"),
                    row.getInt("providers"),
                    row.getInt("devices"),
                    row.getInt("used")))
            .one());
  }
}
