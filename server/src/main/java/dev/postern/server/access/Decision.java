package dev.postern.server.access;

import dev.postern.server.access.policy.Evaluator;
import dev.postern.server.access.policy.Explanation;
import dev.postern.server.access.policy.PolicyRequest;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.Verdict;

/** What {@link Gate} says. */
public sealed interface Decision {
  /** Go ahead, with this proof. */
  record Allowed(Permit permit) implements Decision {}

  /**
   * Refused.
   *
   * @param request the first action and resource that was refused, with all condition keys
   * @param policies what was in force for the caller
   * @param shown what the caller is told that the resource is
   */
  record Denied(PolicyRequest request, PolicySet policies, Verdict verdict, String shown)
      implements Decision {
    /** The action as the operation spells it. */
    public String action() {
      return request.action().toString();
    }

    /** What was decided about; for administrators. */
    public String resource() {
      return request.resource();
    }

    /** Whether a Deny statement matched, rather than no Allow. */
    public boolean explicit() {
      return verdict instanceof Verdict.ExplicitDeny;
    }

    /** Which statement decided, or came nearest. For administrators; slower than the decision. */
    public Explanation explanation() {
      return Evaluator.explain(policies, request);
    }
  }
}
