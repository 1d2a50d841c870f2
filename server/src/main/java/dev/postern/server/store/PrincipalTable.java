package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The tables of users, groups and roles, as far as they are alike. Methods run inside a transaction
 * of the caller's; keys are folded names.
 */
record PrincipalTable(IamEntity kind, String table, String prefix, boolean limited) {
  private static final PrincipalTable USERS =
      new PrincipalTable(IamEntity.USER, "iam_user", "user", true);
  private static final PrincipalTable GROUPS =
      new PrincipalTable(IamEntity.GROUP, "iam_group", "group", false);
  private static final PrincipalTable ROLES =
      new PrincipalTable(IamEntity.ROLE, "iam_role", "role", true);

  static PrincipalTable of(IamEntity kind) {
    return switch (kind) {
      case USER -> USERS;
      case GROUP -> GROUPS;
      case ROLE -> ROLES;
      case POLICY, INSTANCE_PROFILE, OIDC_PROVIDER, MFA_DEVICE ->
          throw new IllegalArgumentException("no principal: " + kind);
    };
  }

  Optional<PrincipalRecord> find(Handle handle, String key) {
    return handle
        .createQuery("select * from " + table + " where name_key = :key")
        .bind("key", key)
        .map((row, context) -> record(handle, row))
        .findOne();
  }

  boolean exists(Handle handle, String key) {
    return handle
        .createQuery("select 1 from " + table + " where name_key = :key")
        .bind("key", key)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /**
   * In the order of folded names.
   *
   * @param pathPrefix what paths begin with, compared with regard to case
   * @param after the folded name before the first one; empty for the beginning
   */
  List<PrincipalRecord> list(Handle handle, String pathPrefix, String after, int limit) {
    return handle
        .createQuery(
            "select * from "
                + table
                + " where name_key > :after and substr(path, 1, :length) = :prefix"
                + " order by name_key limit :limit")
        .bind("after", after)
        .bind("length", pathPrefix.length())
        .bind("prefix", pathPrefix)
        .bind("limit", limit)
        .map((row, context) -> record(handle, row))
        .list();
  }

  private PrincipalRecord record(Handle handle, ResultSet row) throws SQLException {
    return new PrincipalRecord(
        kind,
        row.getString(prefix + "_name"),
        row.getString("path"),
        row.getString(prefix + "_id"),
        Columns.time(row, "created_at"),
        limited ? Columns.optionalText(row, "permissions_boundary") : Optional.empty(),
        limited ? IamTags.of(handle, kind, row.getString("name_key")) : Map.of());
  }

  void setBoundary(Handle handle, String key, Optional<String> policyArn) {
    if (!limited) {
      throw new IllegalArgumentException("a group has no permissions boundary");
    }
    handle
        .createUpdate("update " + table + " set permissions_boundary = :arn where name_key = :key")
        .bind("arn", policyArn.orElse(null))
        .bind("key", key)
        .execute();
  }

  /**
   * Gives a user or group another name and path. What refers to it by its key follows: the row is
   * written anew under the new key, its dependents are moved, and the old one is deleted.
   */
  void move(Handle handle, String oldKey, String newName, String newPath) {
    String newKey = Principals.key(newName);
    if (newKey.equals(oldKey)) {
      handle
          .createUpdate(
              "update "
                  + table
                  + " set "
                  + prefix
                  + "_name = :name, path = :path where name_key = :key")
          .bind("name", newName)
          .bind("path", newPath)
          .bind("key", oldKey)
          .execute();
      return;
    }
    String id = prefix + "_id";
    String boundary = limited ? ", permissions_boundary" : "";
    // Ids are unique, so the old row gives its own up before the new one takes it.
    handle.execute(
        "update " + table + " set " + id + " = " + id + " || ' moving' where name_key = ?", oldKey);
    handle.execute(
        "insert into %1$s (name_key, %2$s_name, path, %2$s_id, created_at%3$s) select ?, ?, ?, replace(%2$s_id, ' moving', ''), created_at%3$s from %1$s where name_key = ?"
            .formatted(table, prefix, boundary),
        newKey,
        newName,
        newPath,
        oldKey);
    for (String[] dependent : dependents()) {
      handle.execute(
          "update %s set %s = ? where %s = ?".formatted(dependent[0], dependent[1], dependent[1]),
          newKey,
          oldKey);
    }
    for (String byKind : List.of("inline_policy", "iam_tag")) {
      handle.execute(
          "update " + byKind + " set entity_key = ? where entity_kind = ? and entity_key = ?",
          newKey,
          kind.text(),
          oldKey);
    }
    handle.execute("delete from " + table + " where name_key = ?", oldKey);
  }

  /** Tables and columns that refer to a row by its key. */
  private List<String[]> dependents() {
    List<String[]> dependents = new ArrayList<>();
    dependents.add(new String[] {kind.attachmentTable(), "name_key"});
    switch (kind) {
      case USER -> {
        dependents.add(new String[] {"access_key", "user_key"});
        dependents.add(new String[] {"group_member", "user_key"});
        dependents.add(new String[] {"mfa_device", "user_key"});
      }
      case GROUP -> dependents.add(new String[] {"group_member", "group_key"});
      default -> throw new IllegalArgumentException("a " + prefix + " keeps its name");
    }
    return dependents;
  }

  void delete(Handle handle, String key) {
    IamTags.removeAll(handle, kind, key);
    handle.execute("delete from " + table + " where name_key = ?", key);
  }
}
