package dev.postern.server.store;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/** Making, renaming and deleting users. Safe for use by many threads. */
public final class Users {
  /** Users of the account (IAM quotas). */
  public static final int USERS_MAX = 5000;

  private static final PrincipalTable TABLE = PrincipalTable.of(IamEntity.USER);

  private final Identity identity;
  private final Identifiers identifiers;
  private final InstantSource clock;

  Users(Identity identity, Identifiers identifiers, InstantSource clock) {
    this.identity = identity;
    this.identifiers = identifiers;
    this.clock = clock;
  }

  /** Makes a user, whose name must be free without regard to case. */
  public PrincipalChange create(
      String name,
      String path,
      Optional<String> boundary,
      Map<String, String> tags,
      Predicate<String> isAwsPolicy) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      if (TABLE.exists(handle, key)) {
        return PrincipalChange.NAME_TAKEN;
      }
      if (boundary.isPresent()
          && !PrincipalPolicies.policyExists(handle, boundary.get(), isAwsPolicy)) {
        return PrincipalChange.NO_POLICY;
      }
      if (count(handle, "select count(*) from iam_user where name_key <> ?", "") >= USERS_MAX) {
        return PrincipalChange.TOO_MANY_PRINCIPALS;
      }
      Principals.insert(
          handle,
          new UserRecord(name, path, identifiers.principalId("AIDA"), clock.instant(), List.of()));
      TABLE.setBoundary(handle, key, boundary);
      IamTags.put(handle, IamEntity.USER, key, tags);
      return PrincipalChange.DONE;
    });
  }

  /** Gives a user another name or path; keys, policies, groups and devices stay the user's. */
  public PrincipalChange update(String name, Optional<String> newName, Optional<String> newPath) {
    return identity.write(handle -> {
      String key = Principals.key(name);
      Optional<PrincipalRecord> user = TABLE.find(handle, key);
      if (user.isEmpty()) {
        return PrincipalChange.NO_PRINCIPAL;
      }
      String target = newName.orElse(user.get().name());
      if (!Principals.key(target).equals(key) && TABLE.exists(handle, Principals.key(target))) {
        return PrincipalChange.NAME_TAKEN;
      }
      TABLE.move(handle, key, target, newPath.orElse(user.get().path()));
      return PrincipalChange.DONE;
    });
  }

  /** Deletes a user who has nothing left. Temporary credentials end with it. */
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
    if (count(
            handle,
            "select count(*) from access_key where user_key = ? and token_hash is null",
            key)
        > 0) {
      return PrincipalChange.HAS_ACCESS_KEYS;
    }
    if (!InlinePolicies.of(handle, IamEntity.USER, key).isEmpty()) {
      return PrincipalChange.HAS_POLICIES;
    }
    if (!PolicyAttachments.of(handle, IamEntity.USER, key).isEmpty()) {
      return PrincipalChange.HAS_ATTACHED_POLICIES;
    }
    if (count(handle, "select count(*) from group_member where user_key = ?", key) > 0) {
      return PrincipalChange.HAS_GROUPS;
    }
    return count(handle, "select count(*) from mfa_device where user_key = ?", key) > 0
        ? PrincipalChange.HAS_MFA_DEVICES
        : PrincipalChange.DONE;
  }

  static int count(Handle handle, String sql, String key) {
    return handle.createQuery(sql).bind(0, key).mapTo(Integer.class).one();
  }
}
