package dev.postern.server.access;

import dev.postern.aws.Action;
import dev.postern.aws.Fault;
import dev.postern.server.access.policy.Evaluator;
import dev.postern.server.access.policy.Layer;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.PolicyRequest;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one door: every call, and every signed WebSocket, is decided here by the policies that are in
 * force at that moment (spec/aws-api.md 4). Safe for use by many threads; asks for the principal's
 * policies at each decision.
 */
public final class Gate {
  private final PolicySets policySets;

  public Gate(PolicySets policySets) {
    this.policySets = policySets;
  }

  /**
   * Decides.
   *
   * @param context the call's condition keys; an absent key is absent, not empty
   */
  public Decision decide(Caller caller, Question question, Map<String, List<String>> context) {
    RequestContext keys = RequestContext.of(context);
    boolean proven =
        switch (question.credentials()) {
          case NONE -> true;
          case NODE_KEY -> caller instanceof Caller.NodeKey;
          case ANY_ACCESS_KEY -> hasAccessKey(caller);
          case ACCESS_KEY, WEB_IDENTITY -> false;
        };
    if (proven) {
      return new Decision.Allowed(new Permit(caller, question, keys));
    }
    if (question.federated().isPresent()) {
      return new Round(caller, question.federated().get(), keys).decide(question);
    }
    if (question.credentials() != Question.Proof.ACCESS_KEY || !hasAccessKey(caller)) {
      Question.Check first = question.checks().getFirst();
      return new Decision.Denied(
          request(new PolicyPrincipal.Anonymous(), first, keys),
          PolicySet.EMPTY,
          new Verdict.ImplicitDeny(Layer.IDENTITY),
          first.shown());
    }
    return new Round(caller, keys).decide(question);
  }

  private static boolean hasAccessKey(Caller caller) {
    return switch (caller) {
      case Caller.User _, Caller.RoleSession _ -> true;
      case Caller.NodeKey _, Caller.Anonymous _ -> false;
    };
  }

  private static PolicyRequest request(
      PolicyPrincipal principal, Question.Check check, RequestContext context) {
    return new PolicyRequest(
        principal,
        Action.parse(check.action()),
        check.resource(),
        context.merge(RequestContext.of(check.conditionKeys())));
  }

  /** One decision: the caller's policies and keys are read once. */
  private final class Round {
    private final Caller caller;
    private final RequestContext keys;
    private final RequestContext all;
    private final PolicyPrincipal principal;
    private final PolicySet policies;

    Round(Caller caller, RequestContext keys) {
      this.caller = caller;
      this.keys = keys;
      this.principal = policySets.principal(caller);
      PolicySets.Held held = policySets.of(caller);
      this.policies = held.policies();
      this.all = keys.merge(held.context());
    }

    /** Of somebody without policies of its own. */
    Round(Caller caller, PolicyPrincipal principal, RequestContext keys) {
      this.caller = caller;
      this.keys = keys;
      this.principal = principal;
      this.policies = PolicySet.EMPTY;
      this.all = keys;
    }

    Decision decide(Question question) {
      Decision.Denied first = denied(question.checks());
      boolean allowed = first == null;
      for (List<Question.Check> alternative : question.alternatives()) {
        Decision.Denied other = denied(alternative);
        if (other != null && other.explicit()) {
          return first != null && first.explicit() ? first : other;
        }
        allowed |= other == null;
      }
      if (first != null && first.explicit()) {
        return first;
      }
      if (!allowed && !question.lenient().isEmpty() && !thinksOfDocuments(question)) {
        Decision.Denied lenient = denied(question.lenient());
        if (lenient != null && lenient.explicit()) {
          return lenient;
        }
        allowed = lenient == null;
      }
      return allowed || first == null
          ? new Decision.Allowed(new Permit(caller, question, keys))
          : first;
    }

    private boolean thinksOfDocuments(Question question) {
      return Evaluator.namesDocument(policies, Action.parse(question.action()));
    }

    /** The check that fails, one with a Deny before others; null when all are allowed. */
    private Decision.@Nullable Denied denied(List<Question.Check> checks) {
      Decision.Denied implicit = null;
      for (Question.Check check : checks) {
        PolicyRequest request = request(principal, check, all);
        PolicySet set = check.side().map(policies::withResource).orElse(policies);
        Verdict verdict = Evaluator.evaluate(set, request);
        if (verdict instanceof Verdict.Allowed) {
          continue;
        }
        Decision.Denied denied = new Decision.Denied(request, set, verdict, check.shown());
        if (denied.explicit()) {
          return denied;
        }
        implicit = implicit == null ? denied : implicit;
      }
      return implicit;
    }
  }

  /** The permit, or AWS's refusal. */
  public Permit permit(Caller caller, Question question, Map<String, List<String>> context) {
    return switch (decide(caller, question, context)) {
      case Decision.Allowed(Permit permit) -> permit;
      case Decision.Denied denied -> throw refusal(caller, denied);
    };
  }

  /** A denial in AWS's words: who, what, on what, and why in general; no policy's text. */
  public static Fault refusal(Caller caller, Decision.Denied denied) {
    if (denied.request().principal() instanceof PolicyPrincipal.Federated) {
      return new Fault(
          "AccessDeniedException", 400, "Not authorized to perform " + denied.action());
    }
    return new Fault(
        "AccessDeniedException",
        400,
        "User: "
            + (caller.arn().isEmpty() ? "anonymous" : caller.arn())
            + " is not authorized to perform: "
            + denied.action()
            + " on resource: "
            + denied.shown()
            + reason(denied));
  }

  private static String reason(Decision.Denied denied) {
    if (denied.policies().resource().isPresent()) {
      // Which policy it was would tell whether the resource exists.
      return "";
    }
    return switch (denied.verdict()) {
      case Verdict.ExplicitDeny(Verdict.Match match) ->
          " with an explicit deny in " + article(match.layer()) + match.layer().title();
      case Verdict.ImplicitDeny(Layer layer) ->
          " because no " + layer.title() + " allows the " + denied.action() + " action";
      case Verdict.Allowed _ -> throw new IllegalStateException("no denial");
    };
  }

  private static String article(Layer layer) {
    return layer == Layer.IDENTITY ? "an " : "a ";
  }
}
