package dev.postern.server.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Everything that a decision needs to know about a principal, read at one moment. What was read is
 * remembered until any identity is written (docs/decisions/0009). Safe for use by many threads.
 */
public final class Grants {
  /** Of policies that are remembered; a server on which more are in use reads some again. */
  private static final int KNOWN_CHARACTERS_MAX = 16 * 1024 * 1024;

  /** What a principal costs besides, as characters. */
  private static final int PRINCIPAL_CHARACTERS = 1024;

  private record Key(IamEntity kind, String name) {}

  /**
   * @param version the identities' version before it was read: what was read with another may be
   *     old
   */
  private record Known(long version, Granted granted) {}

  private final Identity identity;
  private final Cache<Key, Known> known =
      Caffeine.newBuilder()
          .maximumWeight(KNOWN_CHARACTERS_MAX)
          .weigher((Key key, Known value) -> characters(value.granted()))
          .build();

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
    return known(new Key(IamEntity.USER, Principals.key(userName)), this::readUser);
  }

  private Optional<Granted> readUser(String key) {
    return identity.read(handle -> {
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
    return known(new Key(IamEntity.ROLE, Principals.key(roleName)), this::readRole);
  }

  private Optional<Granted> known(Key key, Function<String, Optional<Granted>> read) {
    long version = identity.version();
    Known before = known.getIfPresent(key);
    if (before != null && before.version() == version) {
      return Optional.of(before.granted());
    }
    Optional<Granted> granted = read.apply(key.name());
    // Names that nobody bears are not kept: anyone can think of any number of them.
    granted.ifPresent(found -> known.put(key, new Known(version, found)));
    return granted;
  }

  private static int characters(Granted granted) {
    return PRINCIPAL_CHARACTERS
        + Stream.concat(granted.policies().stream(), granted.boundary().stream())
            .mapToInt(policy -> policy.document().map(String::length).orElse(0))
            .sum();
  }

  private Optional<Granted> readRole(String key) {
    return identity.read(handle -> {
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
    Optional<Granted> granted = kind == IamEntity.USER ? ofUser(name) : ofRole(name);
    return granted.map(Granted::tags).orElse(Map.of());
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
