package dev.postern.server.access;

import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.ResourceSide;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an operation needs to be allowed: every one of its checks.
 *
 * @param checks at least one
 * @param alternatives other sets of checks, of which one suffices as well; a Deny in any of them
 *     denies (spec/aws-api.md 4.8)
 * @param lenient checks that suffice where nothing was denied and no applicable Allow names a
 *     document (spec/aws-api.md 4.7); none when empty
 * @param credentials whose proof the operation accepts
 * @param federated who showed a token, with {@link Proof#WEB_IDENTITY}; otherwise empty
 */
public record Question(
    List<Check> checks,
    List<List<Check>> alternatives,
    List<Check> lenient,
    Proof credentials,
    Optional<PolicyPrincipal.Federated> federated) {
  /** How a caller must have proved who it is. */
  public enum Proof {
    /** A signature with an access key; decided by policies. */
    ACCESS_KEY,
    /** A signature with an access key; any authenticated caller may (GetCallerIdentity). */
    ANY_ACCESS_KEY,
    /** The node's own registered key. */
    NODE_KEY,
    /** None: the input carries the secret (RegisterManagedInstance). */
    NONE,
    /**
     * A token of an identity provider, which the operation verified before it asks; the question
     * says who showed it (AssumeRoleWithWebIdentity). Decided by the policy of the resource alone.
     */
    WEB_IDENTITY
  }

  /**
   * One action on one resource.
   *
   * @param action {@code service:Operation}
   * @param resource an ARN; {@code *} for operations without resource types
   * @param conditionKeys the keys that follow from the input and the resource (spec/aws-api.md
   *     4.6); an absent key is absent, not empty
   * @param side what the resource itself says, where it has a policy of its own. A refusal tells
   *     nothing about it, not even whether the resource exists
   * @param shown what a refusal calls the resource: only what the caller knew before
   */
  public record Check(
      String action,
      String resource,
      Map<String, List<String>> conditionKeys,
      Optional<ResourceSide> side,
      String shown) {
    public Check {
      conditionKeys = Map.copyOf(conditionKeys);
    }

    public Check(
        String action,
        String resource,
        Map<String, List<String>> conditionKeys,
        Optional<ResourceSide> side) {
      this(action, resource, conditionKeys, side, resource);
    }

    public Check(String action, String resource, Map<String, List<String>> conditionKeys) {
      this(action, resource, conditionKeys, Optional.empty());
    }

    public Check(String action, String resource) {
      this(action, resource, Map.of());
    }

    /** The same, where the ARN tells more than the caller said: a path, or whose something is. */
    public Check shownAs(String text) {
      return new Check(action, resource, conditionKeys, side, text);
    }
  }

  public Question {
    checks = List.copyOf(checks);
    alternatives = alternatives.stream().map(List::copyOf).toList();
    lenient = List.copyOf(lenient);
    if (checks.isEmpty()) {
      throw new IllegalArgumentException("a question asks for something");
    }
    if (federated.isPresent() != (credentials == Proof.WEB_IDENTITY)) {
      throw new IllegalArgumentException("whoever shows a token is named, and nobody else");
    }
  }

  public Question(
      List<Check> checks, List<List<Check>> alternatives, List<Check> lenient, Proof credentials) {
    this(checks, alternatives, lenient, credentials, Optional.empty());
  }

  public Question(List<Check> checks, Proof credentials) {
    this(checks, List.of(), List.of(), credentials);
  }

  /** One action on several resources, all of which must be allowed. */
  public Question(String action, List<String> resources, Proof credentials) {
    this(resources.stream().map(resource -> new Check(action, resource)).toList(), credentials);
  }

  /** The usual case: one action on one resource, by access key. */
  public static Question of(String action, String resource) {
    return new Question(List.of(new Check(action, resource)), Proof.ACCESS_KEY);
  }

  /** By whoever showed a token that was verified. */
  public static Question ofFederated(PolicyPrincipal.Federated who, List<Check> checks) {
    return new Question(checks, List.of(), List.of(), Proof.WEB_IDENTITY, Optional.of(who));
  }

  /** The same, where these checks suffice too. */
  public Question or(List<Check> other) {
    var all = new ArrayList<>(alternatives);
    all.add(other);
    return new Question(checks, all, lenient, credentials, federated);
  }

  /** The same, where these checks suffice for callers whose policies think of no documents. */
  public Question orLeniently(List<Check> fewer) {
    return new Question(checks, alternatives, fewer, credentials, federated);
  }

  /** The action of the first check: what the operation is called. */
  public String action() {
    return checks.getFirst().action();
  }

  /** The resources of all checks. */
  public List<String> resources() {
    return checks.stream().map(Check::resource).toList();
  }
}
