package dev.postern.server.store;

import java.util.List;
import java.util.Optional;

/** The users, groups and roles that use a managed policy. Safe for use by many threads. */
public final class PolicyEntities {
  /** One select for each way of use, so that a row's place in the order follows from its values. */
  private static final String ALL =
      """
      select * from (
        select 'group' || '/' || g.name_key || '/0' as place, 'group' as kind,
          g.group_name as name, g.path as path, g.group_id as id, 0 as boundary
        from group_policy a join iam_group g on g.name_key = a.name_key where a.policy_arn = :arn
        union all
        select 'role' || '/' || r.name_key || '/0', 'role', r.role_name, r.path, r.role_id, 0
        from role_policy a join iam_role r on r.name_key = a.name_key where a.policy_arn = :arn
        union all
        select 'role' || '/' || r.name_key || '/1', 'role', r.role_name, r.path, r.role_id, 1
        from iam_role r where r.permissions_boundary = :arn
        union all
        select 'user' || '/' || u.name_key || '/0', 'user', u.user_name, u.path, u.user_id, 0
        from user_policy a join iam_user u on u.name_key = a.name_key where a.policy_arn = :arn
        union all
        select 'user' || '/' || u.name_key || '/1', 'user', u.user_name, u.path, u.user_id, 1
        from iam_user u where u.permissions_boundary = :arn
      ) entities where place > :after order by place limit :limit
      """;

  private final Identity identity;

  PolicyEntities(Identity identity) {
    this.identity = identity;
  }

  /**
   * One use of a policy.
   *
   * @param place where the next page starts after
   */
  public record Entry(String place, PolicyEntity entity) {}

  /** A page of uses: groups, roles, users, each by name. */
  public List<Entry> of(String policyArn, Optional<String> after, int limit) {
    return identity.read(handle ->
        handle
            .createQuery(ALL)
            .bind("arn", policyArn)
            .bind("after", after.orElse(""))
            .bind("limit", limit)
            .map((row, context) ->
                new Entry(
                    row.getString("place"),
                    new PolicyEntity(
                        kind(row.getString("kind")),
                        row.getString("name"),
                        row.getString("path"),
                        row.getString("id"),
                        row.getInt("boundary") == 1)))
            .list());
  }

  private static IamEntity kind(String text) {
    return switch (text) {
      case "group" -> IamEntity.GROUP;
      case "role" -> IamEntity.ROLE;
      default -> IamEntity.USER;
    };
  }
}
