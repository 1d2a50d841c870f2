package dev.postern.server.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Everything that a decision needs to know about a principal, read at one moment. Safe for use by
 * many threads.
 */
public final class Grants {
  private final Identity identity;

  Grants(Identity identity) {
    this.identity = identity;
  }

  /**
   * What is granted to a user or role.
   *
   * @param id the unique id: {@code AIDA...} or {@code AROA...}
   * @param policies identity policies; a user's groups' included
   * @param boundary the permissions boundary's ARN and document
   */
  public record Granted(
      String id,
      String name,
      String path,
      Instant createdDate,
      List<GrantedPolicy> policies,
      Optional<GrantedPolicy> boundary,
      Map<String, String> tags) {
    public Granted {
      policies = List.copyOf(policies);
      tags = Map.copyOf(tags);
    }
  }

  /** Of a user, with its groups. */
  public Optional<Granted> ofUser(String userName) {
    return identity.read(handle -> {
      String key = Principals.key(userName);
      List<GrantedPolicy> policies = new ArrayList<>();
      Optional<Granted> user =
          handle
              .createQuery("select * from iam_user where name_key = :key")
              .bind("key", key)
              .map((row, context) ->
                  new Granted(
                      row.getString("user_id"),
                      row.getString("user_name"),
                      row.getString("path"),
                      Columns.time(row, "created_at"),
                      List.of(),
                      boundary(
                          handle,
                          IamEntity.USER,
                          row.getString("user_name"),
                          Optional.ofNullable(row.getString("permissions_boundary"))),
                      Map.of()))
              .findOne();
      if (user.isEmpty()) {
        return user;
      }
      addAll(handle, IamEntity.USER, user.get().name(), policies);
      for (String group : groupsOf(handle, key)) {
        addAll(handle, IamEntity.GROUP, group, policies);
      }
      return user.map(found -> with(found, policies, IamTags.of(handle, IamEntity.USER, key)));
    });
  }

  /** Of a role. */
  public Optional<Granted> ofRole(String roleName) {
    return identity.read(handle -> {
      String key = Principals.key(roleName);
      List<GrantedPolicy> policies = new ArrayList<>();
      Optional<Granted> role =
          handle
              .createQuery("select * from iam_role where name_key = :key")
              .bind("key", key)
              .map((row, context) ->
                  new Granted(
                      row.getString("role_id"),
                      row.getString("role_name"),
                      row.getString("path"),
                      Columns.time(row, "created_at"),
                      List.of(),
                      boundary(
                          handle,
                          IamEntity.ROLE,
                          row.getString("role_name"),
                          Optional.ofNullable(row.getString("permissions_boundary"))),
                      Map.of()))
              .findOne();
      if (role.isEmpty()) {
        return role;
      }
      addAll(handle, IamEntity.ROLE, role.get().name(), policies);
      return role.map(found -> with(found, policies, IamTags.of(handle, IamEntity.ROLE, key)));
    });
  }

  /** The tags of a user or role; none where there is no such one. */
  public Map<String, String> tags(IamEntity kind, String name) {
    return identity.read(handle -> IamTags.of(handle, kind, Principals.key(name)));
  }

  /** A managed policy by its ARN, for the policies of a session. */
  public GrantedPolicy managed(IamEntity source, String sourceName, String policyArn) {
    return identity.read(handle -> managed(handle, source, sourceName, policyArn));
  }

  private static Granted with(
      Granted granted, List<GrantedPolicy> policies, Map<String, String> tags) {
    return new Granted(
        granted.id(),
        granted.name(),
        granted.path(),
        granted.createdDate(),
        policies,
        granted.boundary(),
        tags);
  }

  private static Optional<GrantedPolicy> boundary(
      Handle handle, IamEntity source, String name, Optional<String> arn) {
    return arn.map(policy -> managed(handle, source, name, policy));
  }

  private static List<String> groupsOf(Handle handle, String userKey) {
    return handle
        .createQuery(
            """
            select g.group_name from group_member m join iam_group g on g.name_key = m.group_key
            where m.user_key = :key order by g.name_key
            """)
        .bind("key", userKey)
        .mapTo(String.class)
        .list();
  }

  private static void addAll(
      Handle handle, IamEntity source, String name, List<GrantedPolicy> policies) {
    String key = Principals.key(name);
    InlinePolicies.of(handle, source, key)
        .forEach((policyName, document) ->
            policies.add(new GrantedPolicy(source, name, policyName, Optional.of(document))));
    for (String arn : PolicyAttachments.of(handle, source, key)) {
      policies.add(managed(handle, source, name, arn));
    }
  }

  private static GrantedPolicy managed(
      Handle handle, IamEntity source, String sourceName, String policyArn) {
    Optional<String> document =
        handle
            .createQuery(
                """
                select v.document from iam_policy p
                  join iam_policy_version v
                    on v.policy_arn = p.policy_arn and v.version = p.default_version
                where p.policy_arn = :arn
                """)
            .bind("arn", policyArn)
            .mapTo(String.class)
            .findOne();
    return new GrantedPolicy(source, sourceName, policyArn, document);
  }
}
