package dev.postern.server.service.iam;

import dev.postern.aws.Action;
import dev.postern.aws.Arn;
import dev.postern.server.access.policy.AttachedPolicy;
import dev.postern.server.access.policy.Effect;
import dev.postern.server.access.policy.Evaluator;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.PolicyRequest;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.ResourceSide;
import dev.postern.server.access.policy.SourceType;
import dev.postern.server.access.policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.PermissionsBoundaryDecisionDetail;
import software.amazon.awssdk.services.iam.model.Position;
import software.amazon.awssdk.services.iam.model.ResourceSpecificResult;
import software.amazon.awssdk.services.iam.model.Statement;

/**
 * Decides as the gate does, for somebody who only supposes the request. Each action on each
 * resource is one result, in the order of actions, then resources. For one thread.
 */
final class Simulation {
  /** How the answers call the two sides of a request from another account. */
  private static final String IDENTITY_SIDE = "IAM Policy";

  private static final String RESOURCE_SIDE = "Resource Policy";

  private final SimulationInput input;
  private final PolicyPrincipal principal;
  private final RequestContext context;
  private final PolicySet identity;
  private final List<String> resources;

  /** Refuses policies that cannot be read. */
  Simulation(SimulationInput input, PolicySource source) {
    PolicySource caller = input.callerArn().map(source::inHandsOf).orElse(source);
    this.input = input;
    this.principal = caller.principal();
    this.context = caller.context().merge(input.context());
    this.resources = input.resourcesOrAny();
    List<AttachedPolicy> policies = new ArrayList<>(caller.policies());
    policies.addAll(given("PolicyInputList", input.policies()));
    Optional<AttachedPolicy> boundary =
        given("PermissionsBoundaryPolicyInputList", input.boundaries()).stream()
            .findFirst()
            .or(caller::boundary);
    PolicySet set = PolicySet.ofIdentity(policies);
    this.identity = boundary.map(set::withBoundary).orElse(set);
    if (input.resourcePolicy().isPresent()) {
      if (principal.name().isEmpty() || !(principal instanceof PolicyPrincipal.User)) {
        throw SimulationInput.invalid("CallerArn is required when ResourcePolicy is given.");
      }
      resources.forEach(this::resourceSide);
    }
  }

  /** Policies that came with the call. */
  static List<AttachedPolicy> given(String member, List<String> texts) {
    List<AttachedPolicy> policies = new ArrayList<>();
    for (String text : texts) {
      String id = member + "." + (policies.size() + 1);
      policies.add(read(id, SourceType.IAM_POLICY, PolicyDocument.Kind.IDENTITY, text));
    }
    return policies;
  }

  private static AttachedPolicy read(
      String id, SourceType type, PolicyDocument.Kind kind, String text) {
    try {
      return new AttachedPolicy(id, type, PolicyDocument.parse(text, kind));
    } catch (MalformedPolicyException malformed) {
      throw SimulationInput.invalid("Invalid policy " + id + ": " + malformed.getMessage());
    }
  }

  /** How many results there are. */
  long size() {
    return (long) input.actions().size() * resources.size();
  }

  /** The result at a place, from 0. */
  EvaluationResult result(long place) {
    Action action = SimulationInput.action(input.actions().get((int) (place / resources.size())));
    String resource = resources.get((int) (place % resources.size()));
    var request = new PolicyRequest(principal, action, resource, context);
    Optional<ResourceSide> side = resourceSide(resource);
    PolicySet set = side.map(identity::withResource).orElse(identity);
    Verdict verdict = Evaluator.evaluate(set, request);
    String decision = decision(verdict);
    List<Statement> statements = statements(set, request, verdict);
    EvaluationResult.Builder result =
        EvaluationResult.builder()
            .evalActionName(input.actions().get((int) (place / resources.size())))
            .evalResourceName(resource)
            .evalDecision(decision)
            .matchedStatements(statements);
    Optional<PermissionsBoundaryDecisionDetail> boundary = boundary(request);
    boundary.ifPresent(result::permissionsBoundaryDecisionDetail);
    if (resource.equals(SimulationInput.ANY)) {
      return result.missingContextValues(missing(set)).build();
    }
    Map<String, String> details = details(request, side);
    ResourceSpecificResult.Builder specific =
        ResourceSpecificResult.builder()
            .evalResourceName(resource)
            .evalResourceDecision(decision)
            .matchedStatements(statements)
            .missingContextValues(missing(set))
            .evalDecisionDetailsWithStrings(details);
    boundary.ifPresent(specific::permissionsBoundaryDecisionDetail);
    return result
        .missingContextValues(List.of())
        .evalDecisionDetailsWithStrings(details)
        .resourceSpecificResults(specific.build())
        .build();
  }

  private static String decision(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed _ -> "allowed";
      case Verdict.ExplicitDeny _ -> "explicitDeny";
      case Verdict.ImplicitDeny _ -> "implicitDeny";
    };
  }

  /** A Deny outweighs all else, so that then nothing else is told. */
  private static List<Statement> statements(PolicySet set, PolicyRequest request, Verdict verdict) {
    return Evaluator.matchingStatements(set, request).stream()
        .filter(match ->
            !(verdict instanceof Verdict.ExplicitDeny) || match.statement().effect() == Effect.DENY)
        .map(match ->
            Statement.builder()
                .sourcePolicyId(match.policy().sourceId())
                .sourcePolicyType(match.policy().sourceType().wireName())
                .startPosition(position(match.statement().start()))
                .endPosition(position(match.statement().end()))
                .build())
        .toList();
  }

  private static Position position(dev.postern.server.access.policy.Position position) {
    return Position.builder().line(position.line()).column(position.column()).build();
  }

  private Optional<PermissionsBoundaryDecisionDetail> boundary(PolicyRequest request) {
    return identity
        .boundary()
        .map(limit ->
            PermissionsBoundaryDecisionDetail.builder()
                .allowedByPermissionsBoundary(
                    Evaluator.evaluate(PolicySet.ofIdentity(List.of(limit)), request)
                        instanceof Verdict.Allowed)
                .build());
  }

  /** How each side decides, when the caller and the resource belong to different accounts. */
  private Map<String, String> details(PolicyRequest request, Optional<ResourceSide> side) {
    String account = principal.account().orElse("");
    if (side.isEmpty() || side.get().ownerAccount().equals(account)) {
      return Map.of();
    }
    PolicySet resourceAlone =
        PolicySet.EMPTY.withResource(
            new ResourceSide(side.get().policy(), account, side.get().requireAllow()));
    return Map.of(
        IDENTITY_SIDE, decision(Evaluator.evaluate(identity, request)),
        RESOURCE_SIDE, decision(Evaluator.evaluate(resourceAlone, request)));
  }

  /** Absent when the call says nothing about the resources. */
  private Optional<ResourceSide> resourceSide(String resource) {
    if (input.resourcePolicy().isEmpty() && input.resourceOwner().isEmpty()) {
      return Optional.empty();
    }
    Optional<Arn> arn = Arn.isValid(resource) ? Optional.of(Arn.parse(resource)) : Optional.empty();
    boolean role = arn.filter(Simulation::isRole).isPresent();
    boolean key = arn.filter(name -> name.service().equals("kms")).isPresent();
    String owner =
        input
            .ownerAccount()
            .or(() -> arn.map(Arn::account).filter(account -> !account.isEmpty()))
            .orElse(principal.account().orElse(""));
    return Optional.of(
        new ResourceSide(
            input
                .resourcePolicy()
                .map(text ->
                    read(
                        "ResourcePolicy",
                        SourceType.RESOURCE,
                        role ? PolicyDocument.Kind.TRUST : PolicyDocument.Kind.RESOURCE,
                        text)),
            owner,
            input.resourcePolicy().isPresent() && (role || key)));
  }

  private static boolean isRole(Arn arn) {
    return arn.service().equals("iam") && arn.resource().startsWith("role/");
  }

  /** Keys that policies ask for and that nobody gave. */
  private List<String> missing(PolicySet set) {
    return Stream.of(
            set.identity().stream(),
            set.boundary().stream(),
            set.resource().flatMap(ResourceSide::policy).stream())
        .flatMap(policies -> policies)
        .flatMap(policy -> policy.document().contextKeys().stream())
        .filter(key -> !context.has(key))
        .distinct()
        .sorted()
        .toList();
  }
}
