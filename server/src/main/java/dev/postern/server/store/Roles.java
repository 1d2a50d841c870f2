package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/** Making, changing and deleting roles. Safe for use by many threads. */
public final class Roles {
  /** Roles of the account (IAM quotas). */
  public static final int ROLES_MAX = 1000;

  private static final PrincipalTable TABLE = PrincipalTable.of(IamEntity.ROLE);

  private final Identity identity;
  private final Identifiers identifiers;
  private final InstantSource clock;
  private final TrustIds trustIds;

  Roles(Identity identity, StoreOptions options) {
    this.identity = identity;
    this.identifiers = new Identifiers(options.random());
    this.clock = options.clock();
    this.trustIds = new TrustIds();
  }

  /**
   * Who may assume a role.
   *
   * @param document the JSON text
   * @param principalArns the users, roles and role sessions of this account that it names
   */
  public record Trust(String document, Collection<String> principalArns) {}

  /** A role to be made. */
  public record NewRole(
      String name,
      String path,
      Trust trust,
      Optional<String> description,
      Duration maxSessionDuration,
      Optional<String> boundary,
      Map<String, String> tags) {}

  /**
   * What came of writing a role.
   *
   * @param unknownPrincipal of the trust policy, where that is why nothing was changed
   */
  public record Outcome(PrincipalChange change, Optional<String> unknownPrincipal) {
    private static Outcome of(PrincipalChange change) {
      return new Outcome(change, Optional.empty());
    }

    private static Outcome unknown(String arn) {
      return new Outcome(PrincipalChange.NOT_THERE, Optional.of(arn));
    }
  }

  /** Makes a role, whose name must be free without regard to case. */
  public Outcome create(NewRole role, Predicate<String> isAwsPolicy) {
    return identity.write(handle -> {
      if (TABLE.exists(handle, Principals.key(role.name()))) {
        return Outcome.of(PrincipalChange.NAME_TAKEN);
      }
      boolean policyThere =
          role.boundary()
              .map(arn -> PrincipalPolicies.policyExists(handle, arn, isAwsPolicy))
              .orElse(true);
      if (!policyThere) {
        return Outcome.of(PrincipalChange.NO_POLICY);
      }
      if (Users.count(handle, "select count(*) from iam_role where name_key <> ?", "")
          >= ROLES_MAX) {
        return Outcome.of(PrincipalChange.TOO_MANY_PRINCIPALS);
      }
      return insert(handle, role);
    });
  }

  private Outcome insert(Handle handle, NewRole role) {
    Map<String, String> ids = new LinkedHashMap<>();
    Optional<String> unknown = trustIds.resolve(handle, role.trust().principalArns(), ids);
    if (unknown.isPresent()) {
      return Outcome.unknown(unknown.get());
    }
    String key = Principals.key(role.name());
    Principals.insert(
        handle,
        new RoleRecord(
            role.name(),
            role.path(),
            identifiers.principalId("AROA"),
            role.trust().document(),
            role.description(),
            role.maxSessionDuration(),
            clock.instant(),
            List.of()));
    setTrust(handle, key, role.trust().document(), ids);
    TABLE.setBoundary(handle, key, role.boundary());
    IamTags.put(handle, IamEntity.ROLE, key, role.tags());
    return Outcome.of(PrincipalChange.DONE);
  }

  private static void setTrust(
      Handle handle, String key, String document, Map<String, String> ids) {
    handle
        .createUpdate(
            """
            update iam_role set trust_policy = :document, trust_ids = :ids where name_key = :key
            """)
        .bind("document", document)
        .bind("ids", Columns.fromTags(ids))
        .bind("key", key)
        .execute();
  }

  /** Says anew who may assume a role. Sessions that exist go on. */
  public Outcome updateTrust(String name, Trust trust) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      if (!TABLE.exists(handle, key)) {
        return Outcome.of(PrincipalChange.NO_PRINCIPAL);
      }
      Map<String, String> ids = new LinkedHashMap<>();
      Optional<String> unknown = trustIds.resolve(handle, trust.principalArns(), ids);
      if (unknown.isPresent()) {
        return Outcome.unknown(unknown.get());
      }
      setTrust(handle, key, trust.document(), ids);
      return Outcome.of(PrincipalChange.DONE);
    });
  }

  /** Changes what is given and leaves the rest. */
  public PrincipalChange update(
      String name, Optional<String> description, Optional<Duration> maxSessionDuration) {
    return identity.write(handle -> {
      int changed =
          handle
              .createUpdate(
                  """
                  update iam_role set description = coalesce(:description, description),
                    session_seconds_max = coalesce(:seconds, session_seconds_max)
                  where name_key = :key
                  """)
              .bind("description", description.orElse(null))
              .bind("seconds", maxSessionDuration.map(Duration::toSeconds).orElse(null))
              .bind("key", Principals.key(name))
              .execute();
      return changed > 0 ? PrincipalChange.DONE : PrincipalChange.NO_PRINCIPAL;
    });
  }

  /** Deletes a role that has nothing left. Its sessions' credentials end with it. */
  public PrincipalChange delete(String name) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      if (!TABLE.exists(handle, key)) {
        return PrincipalChange.NO_PRINCIPAL;
      }
      PrincipalChange obstacle = obstacle(handle, key);
      if (obstacle == PrincipalChange.DONE) {
        TABLE.delete(handle, key);
      }
      return obstacle;
    });
  }

  private static PrincipalChange obstacle(Handle handle, String key) {
    if (!InlinePolicies.of(handle, IamEntity.ROLE, key).isEmpty()) {
      return PrincipalChange.HAS_POLICIES;
    }
    if (!PolicyAttachments.of(handle, IamEntity.ROLE, key).isEmpty()) {
      return PrincipalChange.HAS_ATTACHED_POLICIES;
    }
    return Users.count(handle, "select count(*) from instance_profile where role_key = ?", key) > 0
        ? PrincipalChange.HAS_INSTANCE_PROFILES
        : PrincipalChange.DONE;
  }

  /** The role of this name, without regard to case. */
  public Optional<RoleDetail> find(String name) {
    return identity.read(handle -> find(handle, Principals.key(name)));
  }

  static Optional<RoleDetail> find(Handle handle, String key) {
    return handle
        .createQuery("select * from iam_role where name_key = :key")
        .bind("key", key)
        .map((row, context) -> detail(handle, row))
        .findOne();
  }

  private static RoleDetail detail(Handle handle, ResultSet row) throws SQLException {
    String region = Columns.optionalText(row, "last_used_region").orElse("");
    return new RoleDetail(
        TABLE.find(handle, row.getString("name_key")).orElseThrow(),
        row.getString("trust_policy"),
        Columns.optionalText(row, "description"),
        Duration.ofSeconds(row.getLong("session_seconds_max")),
        Columns.optionalTime(row, "last_used_at")
            .map(time -> new AccountDetails.LastUse(time, region)));
  }
}
