package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The account's own managed policies with their versions, and what uses them. Safe for use by many
 * threads; each change is checked and made in one transaction.
 */
public final class CustomerPolicies {
  /** Policies of one account (IAM quotas). */
  public static final int POLICIES_MAX = 1500;

  /** Versions of one policy that exist at a time (spec/aws-api.md 3.1). */
  public static final int VERSIONS_MAX = 5;

  /** Tags of one policy (IAM quotas). */
  public static final int TAGS_MAX = 50;

  private static final String USAGE =
      """
      (select count(*) from user_policy u where u.policy_arn = :arn)
        + (select count(*) from role_policy r where r.policy_arn = :arn)
        + (select count(*) from group_policy g where g.policy_arn = :arn) as attachments,
      (select count(*) from iam_user u where u.permissions_boundary = :arn)
        + (select count(*) from iam_role r where r.permissions_boundary = :arn) as boundaries
      """;

  private final Identity identity;
  private final Identifiers identifiers;

  CustomerPolicies(Identity identity, Identifiers identifiers) {
    this.identity = identity;
    this.identifiers = identifiers;
  }

  /**
   * A policy to be made.
   *
   * @param document becomes version 1, in force
   */
  public record NewPolicy(
      String arn,
      String name,
      String path,
      Optional<String> description,
      String document,
      Map<String, String> tags) {
    public NewPolicy {
      tags = Map.copyOf(tags);
    }
  }

  /** How a change ended; nothing was changed unless it is DONE. */
  public enum Outcome {
    DONE,
    NO_POLICY,
    NO_VERSION,
    /** A policy of this name exists. */
    NAME_TAKEN,
    TOO_MANY_POLICIES,
    TOO_MANY_VERSIONS,
    TOO_MANY_TAGS,
    /** The version is in force. */
    IN_FORCE,
    /** The policy is attached or a boundary. */
    ATTACHED,
    /** The policy has versions besides the one in force. */
    OTHER_VERSIONS
  }

  /** Makes a policy: DONE, NAME_TAKEN or TOO_MANY_POLICIES. */
  public Outcome create(NewPolicy policy, Instant now) {
    return identity.write(handle -> create(handle, policy, now));
  }

  private Outcome create(Handle handle, NewPolicy policy, Instant now) {
    String key = Principals.key(policy.name());
    int taken =
        handle
            .createQuery("select count(*) from iam_policy where name_key = :key")
            .bind("key", key)
            .mapTo(Integer.class)
            .one();
    if (taken > 0) {
      return Outcome.NAME_TAKEN;
    }
    int policies = handle.createQuery("select count(*) from iam_policy").mapTo(Integer.class).one();
    if (policies >= POLICIES_MAX) {
      return Outcome.TOO_MANY_POLICIES;
    }
    handle
        .createUpdate(
            """
            insert into iam_policy (policy_arn, name_key, policy_name, path, policy_id, description,
              default_version, latest_version, created_at, updated_at)
            values (:arn, :key, :name, :path, :id, :description, 1, 1, :now, :now)
            """)
        .bind("arn", policy.arn())
        .bind("key", key)
        .bind("name", policy.name())
        .bind("path", policy.path())
        .bind("id", identifiers.principalId("ANPA"))
        .bind("description", policy.description().orElse(null))
        .bind("now", now.toEpochMilli())
        .execute();
    insertVersion(handle, policy.arn(), 1, policy.document(), now);
    IamTags.put(handle, IamEntity.POLICY, policy.arn(), policy.tags());
    return Outcome.DONE;
  }

  private static void insertVersion(
      Handle handle, String arn, long version, String document, Instant now) {
    handle
        .createUpdate(
            """
            insert into iam_policy_version (policy_arn, version, document, created_at)
            values (:arn, :version, :document, :now)
            """)
        .bind("arn", arn)
        .bind("version", version)
        .bind("document", document)
        .bind("now", now.toEpochMilli())
        .execute();
  }

  public Optional<CustomerPolicyRecord> find(String arn) {
    return identity.read(handle -> find(handle, arn));
  }

  private static Optional<CustomerPolicyRecord> find(Handle handle, String arn) {
    return handle
        .createQuery("select p.*, " + USAGE + " from iam_policy p where p.policy_arn = :arn")
        .bind("arn", arn)
        .map((row, context) -> policy(row, IamTags.of(handle, IamEntity.POLICY, arn)))
        .findOne();
  }

  /**
   * A page of policies by ARN. Their tags are not read: lists do not tell them.
   *
   * @param after the last ARN of the page before
   */
  public List<CustomerPolicyRecord> list(Optional<String> after, int limit) {
    return identity.read(handle ->
        handle
            .createQuery(
                "select p.*, "
                    + USAGE.replace(":arn", "p.policy_arn")
                    + " from iam_policy p where p.policy_arn > :after"
                    + " order by p.policy_arn limit :limit")
            .bind("after", after.orElse(""))
            .bind("limit", limit)
            .map((row, context) -> policy(row, Map.of()))
            .list());
  }

  private static CustomerPolicyRecord policy(ResultSet row, Map<String, String> tags)
      throws SQLException {
    return new CustomerPolicyRecord(
        row.getString("policy_arn"),
        row.getString("policy_name"),
        row.getString("path"),
        row.getString("policy_id"),
        Columns.optionalText(row, "description"),
        row.getLong("default_version"),
        Columns.time(row, "created_at"),
        Columns.time(row, "updated_at"),
        usage(row),
        tags);
  }

  private static CustomerPolicyRecord.Usage usage(ResultSet row) throws SQLException {
    return new CustomerPolicyRecord.Usage(row.getInt("attachments"), row.getInt("boundaries"));
  }

  /** How often any managed policy is used, AWS's included. */
  public CustomerPolicyRecord.Usage usage(String arn) {
    return identity.read(handle ->
        handle
            .createQuery("select " + USAGE)
            .bind("arn", arn)
            .map((row, context) -> usage(row))
            .one());
  }

  /** The versions of a policy, newest first; empty when there is no such policy. */
  public List<PolicyVersionRecord> versions(String arn) {
    return identity.read(handle ->
        handle
            .createQuery(
                """
                select v.*, p.default_version from iam_policy_version v
                  join iam_policy p on p.policy_arn = v.policy_arn
                where v.policy_arn = :arn order by v.version desc
                """)
            .bind("arn", arn)
            .map((row, context) ->
                new PolicyVersionRecord(
                    row.getLong("version"),
                    row.getString("document"),
                    Columns.time(row, "created_at"),
                    row.getLong("version") == row.getLong("default_version")))
            .list());
  }

  /**
   * Adds a version.
   *
   * @param added its number when DONE, else 0
   * @param outcome DONE, NO_POLICY or TOO_MANY_VERSIONS
   */
  public record VersionAdded(Outcome outcome, long added) {}

  /** Adds a version, which comes into force at once or by {@link #setDefault}. */
  public VersionAdded addVersion(String arn, String document, boolean setAsDefault, Instant now) {
    return identity.write(handle -> {
      Optional<Long> latest = number(handle, arn, "latest_version");
      if (latest.isEmpty()) {
        return new VersionAdded(Outcome.NO_POLICY, 0);
      }
      if (versionCount(handle, arn) >= VERSIONS_MAX) {
        return new VersionAdded(Outcome.TOO_MANY_VERSIONS, 0);
      }
      long version = latest.get() + 1;
      insertVersion(handle, arn, version, document, now);
      handle
          .createUpdate(
              """
              update iam_policy set latest_version = :version, updated_at = :now
              where policy_arn = :arn
              """)
          .bind("version", version)
          .bind("now", now.toEpochMilli())
          .bind("arn", arn)
          .execute();
      if (setAsDefault) {
        putInForce(handle, arn, version);
      }
      return new VersionAdded(Outcome.DONE, version);
    });
  }

  private static Optional<Long> number(Handle handle, String arn, String column) {
    return handle
        .createQuery("select " + column + " from iam_policy where policy_arn = :arn")
        .bind("arn", arn)
        .mapTo(Long.class)
        .findOne();
  }

  private static int versionCount(Handle handle, String arn) {
    return handle
        .createQuery("select count(*) from iam_policy_version where policy_arn = :arn")
        .bind("arn", arn)
        .mapTo(Integer.class)
        .one();
  }

  private static boolean hasVersion(Handle handle, String arn, long version) {
    return handle
            .createQuery(
                """
                select count(*) from iam_policy_version
                where policy_arn = :arn and version = :version
                """)
            .bind("arn", arn)
            .bind("version", version)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  private static void putInForce(Handle handle, String arn, long version) {
    handle
        .createUpdate("update iam_policy set default_version = :version where policy_arn = :arn")
        .bind("version", version)
        .bind("arn", arn)
        .execute();
  }

  /** Puts a version in force: DONE, NO_POLICY or NO_VERSION. */
  public Outcome setDefault(String arn, long version) {
    return identity.write(handle -> {
      if (number(handle, arn, "default_version").isEmpty()) {
        return Outcome.NO_POLICY;
      }
      if (!hasVersion(handle, arn, version)) {
        return Outcome.NO_VERSION;
      }
      putInForce(handle, arn, version);
      return Outcome.DONE;
    });
  }

  /** Deletes a version: DONE, NO_POLICY, NO_VERSION or IN_FORCE. */
  public Outcome deleteVersion(String arn, long version) {
    return identity.write(handle -> {
      Optional<Long> inForce = number(handle, arn, "default_version");
      if (inForce.isEmpty()) {
        return Outcome.NO_POLICY;
      }
      if (inForce.get() == version) {
        return Outcome.IN_FORCE;
      }
      int deleted =
          handle
              .createUpdate(
                  "delete from iam_policy_version where policy_arn = :arn and version = :version")
              .bind("arn", arn)
              .bind("version", version)
              .execute();
      return deleted > 0 ? Outcome.DONE : Outcome.NO_VERSION;
    });
  }

  /** Deletes a policy with its last version: DONE, NO_POLICY, ATTACHED or OTHER_VERSIONS. */
  public Outcome delete(String arn) {
    return identity.write(handle -> {
      Optional<CustomerPolicyRecord> policy = find(handle, arn);
      if (policy.isEmpty()) {
        return Outcome.NO_POLICY;
      }
      if (!policy.get().usage().equals(CustomerPolicyRecord.Usage.NONE)) {
        return Outcome.ATTACHED;
      }
      if (versionCount(handle, arn) > 1) {
        return Outcome.OTHER_VERSIONS;
      }
      IamTags.removeAll(handle, IamEntity.POLICY, arn);
      handle
          .createUpdate("delete from iam_policy where policy_arn = :arn")
          .bind("arn", arn)
          .execute();
      return Outcome.DONE;
    });
  }

  /** Sets tags: DONE, NO_POLICY or TOO_MANY_TAGS. */
  public Outcome tag(String arn, Map<String, String> tags) {
    return identity.write(handle -> {
      if (number(handle, arn, "default_version").isEmpty()) {
        return Outcome.NO_POLICY;
      }
      Map<String, String> all = new LinkedHashMap<>();
      IamTags.of(handle, IamEntity.POLICY, arn)
          .forEach((key, value) -> all.put(Principals.key(key), value));
      tags.forEach((key, value) -> all.put(Principals.key(key), value));
      if (all.size() > TAGS_MAX) {
        return Outcome.TOO_MANY_TAGS;
      }
      IamTags.put(handle, IamEntity.POLICY, arn, tags);
      return Outcome.DONE;
    });
  }

  /** Removes tags: DONE or NO_POLICY. Keys that are not there are no mistake. */
  public Outcome untag(String arn, Collection<String> keys) {
    return identity.write(handle -> {
      if (number(handle, arn, "default_version").isEmpty()) {
        return Outcome.NO_POLICY;
      }
      IamTags.remove(handle, IamEntity.POLICY, arn, keys);
      return Outcome.DONE;
    });
  }

  /** The tags of a policy, by key; none when there is no such policy. */
  public Map<String, String> tags(String arn) {
    return identity.read(handle -> IamTags.of(handle, IamEntity.POLICY, arn));
  }
}
