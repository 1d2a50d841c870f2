package dev.postern.server.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * What users, groups and roles have alike: attached and inline policies, permissions boundaries and
 * tags. Names are looked up without regard to case. Safe for use by many threads; each change is
 * checked and made in one transaction.
 */
public final class PrincipalPolicies {
  /** Managed policies that one user, group or role can have (IAM quotas). */
  public static final int ATTACHED_MAX = 10;

  /** Tags of one user or role (IAM quotas). */
  public static final int TAGS_MAX = 50;

  private final Identity identity;

  PrincipalPolicies(Identity identity) {
    this.identity = identity;
  }

  public Optional<PrincipalRecord> find(IamEntity kind, String name) {
    return identity.read(handle -> PrincipalTable.of(kind).find(handle, Principals.key(name)));
  }

  /**
   * In the order of folded names.
   *
   * @param after the name before the first one; empty for the beginning
   */
  public List<PrincipalRecord> list(IamEntity kind, String pathPrefix, String after, int limit) {
    return identity.read(
        handle -> PrincipalTable.of(kind).list(handle, pathPrefix, Principals.key(after), limit));
  }

  /**
   * Attaches a managed policy; attaching it again is fine.
   *
   * @param isAwsPolicy tells which ARNs are those of policies that are part of the program
   */
  public PrincipalChange attach(
      IamEntity kind, String name, String policyArn, Predicate<String> isAwsPolicy) {
    return change(
        kind,
        name,
        (handle, key) -> {
          if (!policyExists(handle, policyArn, isAwsPolicy)) {
            return PrincipalChange.NO_POLICY;
          }
          List<String> attached = PolicyAttachments.of(handle, kind, key);
          if (attached.size() >= ATTACHED_MAX && !attached.contains(policyArn)) {
            return PrincipalChange.TOO_MANY_POLICIES;
          }
          PolicyAttachments.attach(handle, kind, key, policyArn);
          return PrincipalChange.DONE;
        });
  }

  static boolean policyExists(Handle handle, String policyArn, Predicate<String> isAwsPolicy) {
    return isAwsPolicy.test(policyArn)
        || handle
            .createQuery("select 1 from iam_policy where policy_arn = :arn")
            .bind("arn", policyArn)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
  }

  public PrincipalChange detach(IamEntity kind, String name, String policyArn) {
    return change(
        kind,
        name,
        (handle, key) ->
            PolicyAttachments.detach(handle, kind, key, policyArn)
                ? PrincipalChange.DONE
                : PrincipalChange.NOT_THERE);
  }

  /** ARNs in order; none of a principal that there is not. */
  public List<String> attached(IamEntity kind, String name) {
    return identity.read(handle -> PolicyAttachments.of(handle, kind, Principals.key(name)));
  }

  /**
   * Makes or replaces an inline policy.
   *
   * @param charactersMax of all inline policies together, white space not counted
   */
  public PrincipalChange putInline(
      IamEntity kind, String name, String policyName, String document, int charactersMax) {
    return change(
        kind,
        name,
        (handle, key) -> {
          Map<String, String> all = InlinePolicies.of(handle, kind, key);
          all.put(policyName, document);
          long characters =
              all.values().stream()
                  .flatMapToInt(String::chars)
                  .filter(c -> !Character.isWhitespace(c))
                  .count();
          if (characters > charactersMax) {
            return PrincipalChange.INLINE_TOO_LONG;
          }
          InlinePolicies.put(handle, kind, key, policyName, document);
          return PrincipalChange.DONE;
        });
  }

  public PrincipalChange deleteInline(IamEntity kind, String name, String policyName) {
    return change(
        kind,
        name,
        (handle, key) ->
            InlinePolicies.delete(handle, kind, key, policyName)
                ? PrincipalChange.DONE
                : PrincipalChange.NOT_THERE);
  }

  /** Names to documents, by name; none of a principal that there is not. */
  public Map<String, String> inline(IamEntity kind, String name) {
    return identity.read(handle -> InlinePolicies.of(handle, kind, Principals.key(name)));
  }

  /** Sets the permissions boundary of a user or role, or takes it away. */
  public PrincipalChange setBoundary(
      IamEntity kind, String name, Optional<String> policyArn, Predicate<String> isAwsPolicy) {
    return change(
        kind,
        name,
        (handle, key) -> {
          if (policyArn.isPresent() && !policyExists(handle, policyArn.get(), isAwsPolicy)) {
            return PrincipalChange.NO_POLICY;
          }
          PrincipalTable table = PrincipalTable.of(kind);
          if (policyArn.isEmpty()
              && table.find(handle, key).flatMap(PrincipalRecord::boundary).isEmpty()) {
            return PrincipalChange.NOT_THERE;
          }
          table.setBoundary(handle, key, policyArn);
          return PrincipalChange.DONE;
        });
  }

  public PrincipalChange tag(IamEntity kind, String name, Map<String, String> tags) {
    return change(
        kind,
        name,
        (handle, key) -> {
          if (IamTags.countWith(handle, kind, key, tags) > TAGS_MAX) {
            return PrincipalChange.TOO_MANY_TAGS;
          }
          IamTags.put(handle, kind, key, tags);
          return PrincipalChange.DONE;
        });
  }

  public PrincipalChange untag(IamEntity kind, String name, Collection<String> tagKeys) {
    return change(
        kind,
        name,
        (handle, key) -> {
          IamTags.remove(handle, kind, key, tagKeys);
          return PrincipalChange.DONE;
        });
  }

  /** What is done to a principal that exists. */
  private interface Work {
    PrincipalChange on(Handle handle, String key);
  }

  private PrincipalChange change(IamEntity kind, String name, Work work) {
    String key = Principals.key(name);
    return identity.write(handle ->
        PrincipalTable.of(kind).exists(handle, key)
            ? work.on(handle, key)
            : PrincipalChange.NO_PRINCIPAL);
  }
}
