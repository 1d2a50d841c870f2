package dev.postern.server.access.policy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All policies that take part in a decision (spec/aws-api.md 4.1).
 *
 * @param identity of the user and its groups, or of the role
 * @param boundary limits and never grants
 * @param session of the role session; none means no limit, several allow together
 * @param resource absent for a resource of the caller's account that has no policy
 * @param accounts numbers that stand for our account in patterns
 */
public record PolicySet(
    List<AttachedPolicy> identity,
    Optional<AttachedPolicy> boundary,
    List<AttachedPolicy> session,
    Optional<ResourceSide> resource,
    EquivalentAccounts accounts) {
  /** Of a caller without any policy. */
  public static final PolicySet EMPTY =
      new PolicySet(
          List.of(), Optional.empty(), List.of(), Optional.empty(), EquivalentAccounts.NONE);

  public PolicySet {
    identity = List.copyOf(identity);
    session = List.copyOf(session);
    Stream.of(identity.stream(), boundary.stream(), session.stream())
        .flatMap(policies -> policies)
        .forEach(PolicySet::requireIdentityKind);
  }

  private static void requireIdentityKind(AttachedPolicy policy) {
    if (policy.document().kind() != PolicyDocument.Kind.IDENTITY) {
      throw new IllegalArgumentException("only a resource's policy names principals");
    }
  }

  public static PolicySet ofIdentity(List<AttachedPolicy> identity) {
    return new PolicySet(
        identity, Optional.empty(), List.of(), Optional.empty(), EquivalentAccounts.NONE);
  }

  public PolicySet withBoundary(AttachedPolicy limit) {
    return new PolicySet(identity, Optional.of(limit), session, resource, accounts);
  }

  public PolicySet withSession(List<AttachedPolicy> limits) {
    return new PolicySet(identity, boundary, limits, resource, accounts);
  }

  public PolicySet withResource(ResourceSide side) {
    return new PolicySet(identity, boundary, session, Optional.of(side), accounts);
  }

  public PolicySet withAccounts(EquivalentAccounts equivalent) {
    return new PolicySet(identity, boundary, session, resource, equivalent);
  }

  /** The policies of one layer. */
  List<AttachedPolicy> of(Layer layer) {
    return switch (layer) {
      case IDENTITY -> identity;
      case BOUNDARY -> boundary.map(List::of).orElse(List.of());
      case SESSION -> session;
      case RESOURCE -> resource.flatMap(ResourceSide::policy).map(List::of).orElse(List.of());
    };
  }

  /** Whose numbers count in a layer: a resource's policy means what it says. */
  EquivalentAccounts accountsOf(Layer layer) {
    return layer == Layer.RESOURCE ? EquivalentAccounts.NONE : accounts;
  }
}
