package dev.postern.server.store;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Groups and who is in them. Safe for use by many threads. */
public final class Groups {
  /** Groups of the account, and groups that one user can be in (IAM quotas). */
  public static final int GROUPS_MAX = 300;

  public static final int GROUPS_PER_USER_MAX = 10;

  private static final PrincipalTable TABLE = PrincipalTable.of(IamEntity.GROUP);
  private static final PrincipalTable USERS = PrincipalTable.of(IamEntity.USER);

  private final Identity identity;
  private final Identifiers identifiers;
  private final InstantSource clock;

  Groups(Identity identity, Identifiers identifiers, InstantSource clock) {
    this.identity = identity;
    this.identifiers = identifiers;
    this.clock = clock;
  }

  public PrincipalChange create(String name, String path) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      if (TABLE.exists(handle, key)) {
        return PrincipalChange.NAME_TAKEN;
      }
      if (Users.count(handle, "select count(*) from iam_group where name_key <> ?", "")
          >= GROUPS_MAX) {
        return PrincipalChange.TOO_MANY_PRINCIPALS;
      }
      handle
          .createUpdate(
              """
              insert into iam_group (name_key, group_name, path, group_id, created_at)
              values (:key, :name, :path, :id, :created)
              """)
          .bind("key", key)
          .bind("name", name)
          .bind("path", path)
          .bind("id", identifiers.principalId("AGPA"))
          .bind("created", clock.instant().toEpochMilli())
          .execute();
      return PrincipalChange.DONE;
    });
  }

  public PrincipalChange update(String name, Optional<String> newName, Optional<String> newPath) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      Optional<PrincipalRecord> group = TABLE.find(handle, key);
      if (group.isEmpty()) {
        return PrincipalChange.NO_PRINCIPAL;
      }
      String target = newName.orElse(group.get().name());
      if (!Principals.key(target).equals(key) && TABLE.exists(handle, Principals.key(target))) {
        return PrincipalChange.NAME_TAKEN;
      }
      TABLE.move(handle, key, target, newPath.orElse(group.get().path()));
      return PrincipalChange.DONE;
    });
  }

  /** Deletes a group without users and policies. */
  public PrincipalChange delete(String name) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      if (!TABLE.exists(handle, key)) {
        return PrincipalChange.NO_PRINCIPAL;
      }
      if (Users.count(handle, "select count(*) from group_member where group_key = ?", key) > 0) {
        return PrincipalChange.HAS_USERS;
      }
      if (!InlinePolicies.of(handle, IamEntity.GROUP, key).isEmpty()) {
        return PrincipalChange.HAS_POLICIES;
      }
      if (!PolicyAttachments.of(handle, IamEntity.GROUP, key).isEmpty()) {
        return PrincipalChange.HAS_ATTACHED_POLICIES;
      }
      TABLE.delete(handle, key);
      return PrincipalChange.DONE;
    });
  }

  /** Who is meant when a membership cannot be changed: the group is asked for first. */
  public enum Membership {
    DONE,
    NO_GROUP,
    NO_USER,
    TOO_MANY_GROUPS
  }

  /** Adding a member again is fine. */
  public Membership add(String groupName, String userName) {
    return identity.write(handle -> {
      String group = Principals.key(groupName);
      String user = Principals.key(userName);
      if (!TABLE.exists(handle, group)) {
        return Membership.NO_GROUP;
      }
      if (!USERS.exists(handle, user)) {
        return Membership.NO_USER;
      }
      int others =
          handle
              .createQuery(
                  "select count(*) from group_member where user_key = :user and group_key <> :group")
              .bind("user", user)
              .bind("group", group)
              .mapTo(Integer.class)
              .one();
      if (others >= GROUPS_PER_USER_MAX) {
        return Membership.TOO_MANY_GROUPS;
      }
      handle.execute(
          "insert into group_member (group_key, user_key) values (?, ?) on conflict do nothing",
          group,
          user);
      return Membership.DONE;
    });
  }

  /** Removing who is no member is fine. */
  public Membership remove(String groupName, String userName) {
    return identity.write(handle -> {
      String group = Principals.key(groupName);
      String user = Principals.key(userName);
      if (!TABLE.exists(handle, group)) {
        return Membership.NO_GROUP;
      }
      if (!USERS.exists(handle, user)) {
        return Membership.NO_USER;
      }
      handle.execute("delete from group_member where group_key = ? and user_key = ?", group, user);
      return Membership.DONE;
    });
  }

  /** The users of a group, in the order of folded names. */
  public List<PrincipalRecord> users(String groupName, String after, int limit) {
    return identity.read(handle ->
        handle
            .createQuery(
                """
                select user_key from group_member
                where group_key = :group and user_key > :after order by user_key limit :limit
                """)
            .bind("group", Principals.key(groupName))
            .bind("after", Principals.key(after))
            .bind("limit", limit)
            .mapTo(String.class)
            .stream()
            .flatMap(key -> USERS.find(handle, key).stream())
            .toList());
  }

  /** The groups of a user, in the order of folded names. */
  public List<PrincipalRecord> ofUser(String userName) {
    return identity.read(handle ->
        handle
            .createQuery(
                "select group_key from group_member where user_key = :user order by group_key")
            .bind("user", Principals.key(userName))
            .mapTo(String.class)
            .stream()
            .flatMap(key -> TABLE.find(handle, key).stream())
            .toList());
  }
}
