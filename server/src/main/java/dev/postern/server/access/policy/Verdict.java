package dev.postern.server.access.policy;

import java.util.List;

/** How a request was decided. */
public sealed interface Verdict {
  /** A statement that matched, with the policy that it stands in. */
  record Match(Layer layer, AttachedPolicy policy, Statement statement) {}

  /**
   * Every layer that has to allow does.
   *
   * @param statements one of each layer that was asked; none for an account's root user
   */
  record Allowed(List<Match> statements) implements Verdict {}

  /** A Deny matched, which nothing can outweigh. */
  record ExplicitDeny(Match statement) implements Verdict {}

  /**
   * No Deny matched, but a layer that has to allow does not.
   *
   * @param layer the first of them
   */
  record ImplicitDeny(Layer layer) implements Verdict {}
}
