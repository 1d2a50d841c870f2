package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;

/** Instance profiles. Safe for use by many threads; names are unique without regard to case. */
public final class InstanceProfiles {
  /** Instance profiles of the account, and tags of one (IAM quotas). */
  public static final int PROFILES_MAX = 1000;

  public static final int TAGS_MAX = 50;

  private final Identity identity;
  private final Identifiers identifiers;
  private final InstantSource clock;

  InstanceProfiles(Identity identity, StoreOptions options) {
    this.identity = identity;
    this.identifiers = new Identifiers(options.random());
    this.clock = options.clock();
  }

  /** What came of a change. Everything but DONE changed nothing. */
  public enum Outcome {
    DONE,
    NO_PROFILE,
    NO_ROLE,
    NAME_TAKEN,
    /** It holds a role already, or still. */
    HAS_ROLE,
    /** It does not hold that role. */
    OTHER_ROLE,
    TOO_MANY_PROFILES,
    TOO_MANY_TAGS
  }

  public Outcome create(String name, String path, Map<String, String> tags) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      if (find(handle, key).isPresent()) {
        return Outcome.NAME_TAKEN;
      }
      if (Users.count(handle, "select count(*) from instance_profile where name_key <> ?", "")
          >= PROFILES_MAX) {
        return Outcome.TOO_MANY_PROFILES;
      }
      handle
          .createUpdate(
              """
              insert into instance_profile (name_key, profile_name, path, profile_id, created_at)
              values (:key, :name, :path, :id, :created)
              """)
          .bind("key", key)
          .bind("name", name)
          .bind("path", path)
          .bind("id", identifiers.principalId("AIPA"))
          .bind("created", clock.millis())
          .execute();
      IamTags.put(handle, IamEntity.INSTANCE_PROFILE, key, tags);
      return Outcome.DONE;
    });
  }

  public Optional<InstanceProfileRecord> find(String name) {
    return identity.read(handle -> find(handle, Principals.key(name)));
  }

  private static Optional<InstanceProfileRecord> find(Handle handle, String key) {
    return handle
        .createQuery("select * from instance_profile where name_key = :key")
        .bind("key", key)
        .map((row, context) -> record(handle, row))
        .findOne();
  }

  /**
   * In the order of folded names.
   *
   * @param pathPrefix what paths begin with
   * @param after the name before the first one; empty for the beginning
   */
  public List<InstanceProfileRecord> list(String pathPrefix, String after, int limit) {
    return identity.read(handle ->
        handle
            .createQuery(
                """
                select * from instance_profile
                where name_key > :after and substr(path, 1, :length) = :prefix
                order by name_key limit :limit
                """)
            .bind("after", Principals.key(after))
            .bind("length", pathPrefix.length())
            .bind("prefix", pathPrefix)
            .bind("limit", limit)
            .map((row, context) -> record(handle, row))
            .list());
  }

  /** Those that hold a role, in the order of folded names. */
  public List<InstanceProfileRecord> ofRole(String roleName, String after, int limit) {
    return identity.read(handle ->
        handle
            .createQuery(
                """
                select * from instance_profile where role_key = :role and name_key > :after
                order by name_key limit :limit
                """)
            .bind("role", Principals.key(roleName))
            .bind("after", Principals.key(after))
            .bind("limit", limit)
            .map((row, context) -> record(handle, row))
            .list());
  }

  private static InstanceProfileRecord record(Handle handle, ResultSet row) throws SQLException {
    return new InstanceProfileRecord(
        row.getString("profile_name"),
        row.getString("path"),
        row.getString("profile_id"),
        Columns.time(row, "created_at"),
        Columns.optionalText(row, "role_key").flatMap(key -> Roles.find(handle, key)),
        IamTags.of(handle, IamEntity.INSTANCE_PROFILE, row.getString("name_key")));
  }

  /** Deletes one that holds no role. */
  public Outcome delete(String name) {
    return change(
        name,
        (handle, profile) -> {
          if (profile.role().isPresent()) {
            return Outcome.HAS_ROLE;
          }
          String key = Principals.key(name);
          IamTags.removeAll(handle, IamEntity.INSTANCE_PROFILE, key);
          handle.execute("delete from instance_profile where name_key = ?", key);
          return Outcome.DONE;
        });
  }

  /** A profile holds one role at most. */
  public Outcome addRole(String name, String roleName) {
    return change(
        name,
        (handle, profile) -> {
          String role = Principals.key(roleName);
          if (!PrincipalTable.of(IamEntity.ROLE).exists(handle, role)) {
            return Outcome.NO_ROLE;
          }
          if (profile.role().isPresent()) {
            return Outcome.HAS_ROLE;
          }
          handle.execute(
              "update instance_profile set role_key = ? where name_key = ?",
              role,
              Principals.key(name));
          return Outcome.DONE;
        });
  }

  public Outcome removeRole(String name, String roleName) {
    return change(
        name,
        (handle, profile) -> {
          boolean held =
              profile
                  .role()
                  .filter(role ->
                      Principals.key(role.principal().name()).equals(Principals.key(roleName)))
                  .isPresent();
          if (!held) {
            return Outcome.OTHER_ROLE;
          }
          handle.execute(
              "update instance_profile set role_key = null where name_key = ?",
              Principals.key(name));
          return Outcome.DONE;
        });
  }

  public Outcome tag(String name, Map<String, String> tags) {
    return change(
        name,
        (handle, profile) -> {
          String key = Principals.key(name);
          if (IamTags.countWith(handle, IamEntity.INSTANCE_PROFILE, key, tags) > TAGS_MAX) {
            return Outcome.TOO_MANY_TAGS;
          }
          IamTags.put(handle, IamEntity.INSTANCE_PROFILE, key, tags);
          return Outcome.DONE;
        });
  }

  public Outcome untag(String name, Collection<String> tagKeys) {
    return change(
        name,
        (handle, profile) -> {
          IamTags.remove(handle, IamEntity.INSTANCE_PROFILE, Principals.key(name), tagKeys);
          return Outcome.DONE;
        });
  }

  private Outcome change(String name, BiFunction<Handle, InstanceProfileRecord, Outcome> work) {
    return identity.write(handle ->
        find(handle, Principals.key(name))
            .map(profile -> work.apply(handle, profile))
            .orElse(Outcome.NO_PROFILE));
  }
}
