package dev.postern.server.service.iam;

import dev.postern.aws.Action;
import dev.postern.aws.Arn;
import dev.postern.aws.Fault;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.service.Constraints;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.ContextEntry;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;

/**
 * What both simulations take: who does what to what, under which keys and policies.
 *
 * @param policies texts that count as identity policies
 * @param boundaries one text at most, in place of the permissions boundary
 * @param resourcePolicy of every resource
 * @param resourceOwner ARN of the account that owns the resources
 * @param callerArn a user's
 */
record SimulationInput(
    List<String> actions,
    List<String> resources,
    List<String> policies,
    List<String> boundaries,
    Optional<String> resourcePolicy,
    Optional<String> resourceOwner,
    Optional<String> callerArn,
    List<ContextEntry> contextEntries) {
  /** What a resource is called when none is named. */
  static final String ANY = "*";

  private static final int ACTION_CHARACTERS_MIN = 3;
  private static final int ACTION_CHARACTERS_MAX = 128;
  private static final int KEY_CHARACTERS_MIN = 5;
  private static final int KEY_CHARACTERS_MAX = 256;
  private static final int AUDITED_NAMES_MAX = 50;
  private static final Set<String> KEY_TYPES =
      Set.of(
          "string",
          "stringList",
          "numeric",
          "numericList",
          "boolean",
          "booleanList",
          "ip",
          "ipList",
          "binary",
          "binaryList",
          "date",
          "dateList");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,20}(\\.[0-9]{1,20})?");
  private static final Pattern USER = Pattern.compile("arn:aws:iam::[0-9]{12}:user/[^*?]{1,600}");
  private static final Pattern ACCOUNT = Pattern.compile("arn:aws:iam::([0-9]{12}):root");

  static SimulationInput of(SimulateCustomPolicyRequest request) {
    return new SimulationInput(
        request.actionNames(),
        request.resourceArns(),
        request.policyInputList(),
        request.permissionsBoundaryPolicyInputList(),
        Optional.ofNullable(request.resourcePolicy()),
        Optional.ofNullable(request.resourceOwner()),
        Optional.ofNullable(request.callerArn()),
        request.contextEntries());
  }

  static SimulationInput of(SimulatePrincipalPolicyRequest request) {
    return new SimulationInput(
        request.actionNames(),
        request.resourceArns(),
        request.policyInputList(),
        request.permissionsBoundaryPolicyInputList(),
        Optional.ofNullable(request.resourcePolicy()),
        Optional.ofNullable(request.resourceOwner()),
        Optional.ofNullable(request.callerArn()),
        request.contextEntries());
  }

  /** Adds what is wrong with lengths and forms. */
  Constraints check(Constraints constraints) {
    constraints
        .member("actionNames", actions)
        .required()
        .member("callerArn", callerArn.orElse(null))
        .length(1, PolicyRules.ARN_CHARACTERS_MAX)
        .member("resourceOwner", resourceOwner.orElse(null))
        .length(1, PolicyRules.ARN_CHARACTERS_MAX);
    int index = 0;
    for (String action : actions) {
      index++;
      constraints
          .member("actionNames." + index + ".member", action)
          .length(ACTION_CHARACTERS_MIN, ACTION_CHARACTERS_MAX);
    }
    index = 0;
    for (String resource : resources) {
      index++;
      constraints
          .member("resourceArns." + index + ".member", resource)
          .length(1, PolicyRules.ARN_CHARACTERS_MAX);
    }
    checkTexts(constraints, "policyInputList", policies);
    checkTexts(constraints, "permissionsBoundaryPolicyInputList", boundaries);
    PolicyRules.document(constraints, "resourcePolicy", resourcePolicy.orElse(null));
    index = 0;
    for (ContextEntry entry : contextEntries) {
      index++;
      String member = "contextEntries." + index + ".member.";
      constraints
          .member(member + "contextKeyName", entry.contextKeyName())
          .length(KEY_CHARACTERS_MIN, KEY_CHARACTERS_MAX)
          .member(member + "contextKeyType", entry.contextKeyTypeAsString())
          .oneOf(KEY_TYPES);
    }
    return constraints;
  }

  static void checkTexts(Constraints constraints, String member, List<String> texts) {
    int index = 0;
    for (String text : texts) {
      index++;
      PolicyRules.document(constraints, member + "." + index + ".member", text);
    }
  }

  /** Refuses what has the right form and no meaning. */
  void requireMeaning(@Nullable String resourceHandlingOption) {
    if (resourceHandlingOption != null) {
      throw invalid("ResourceHandlingOption is not supported; name each resource that is needed.");
    }
    if (actions.isEmpty()) {
      throw invalid("At least one action is needed.");
    }
    actions.forEach(SimulationInput::action);
    for (String resource : resources) {
      if (!resource.equals(ANY) && !Arn.isValid(resource)) {
        throw invalid("Invalid Entity Arn: " + resource);
      }
    }
    if (boundaries.size() > 1) {
      throw invalid("Only one permissions boundary policy can be given.");
    }
    if (callerArn.isPresent() && !USER.matcher(callerArn.get()).matches()) {
      throw invalid("CallerArn must be the ARN of an IAM user.");
    }
    if (resourceOwner.isPresent() && !ACCOUNT.matcher(resourceOwner.get()).matches()) {
      throw invalid("ResourceOwner must be the ARN of an account.");
    }
    contextEntries.forEach(SimulationInput::requireValues);
  }

  private static void requireValues(ContextEntry entry) {
    String type = entry.contextKeyTypeAsString();
    if (entry.contextKeyName() == null || type == null) {
      throw invalid("A context entry needs ContextKeyName and ContextKeyType.");
    }
    List<String> values = entry.contextKeyValues();
    if (!type.endsWith("List") && values.size() > 1) {
      throw invalid(
          "Context key " + entry.contextKeyName() + " of type " + type + " has several values.");
    }
    boolean valid =
        switch (type) {
          case "numeric", "numericList" ->
              values.stream().allMatch(v -> NUMBER.matcher(v).matches());
          case "boolean", "booleanList" ->
              values.stream()
                  .allMatch(v -> v.equalsIgnoreCase("true") || v.equalsIgnoreCase("false"));
          default -> true;
        };
    if (!valid) {
      throw invalid("A value of context key " + entry.contextKeyName() + " is no " + type + ".");
    }
  }

  static Action action(String name) {
    try {
      return Action.parse(name);
    } catch (IllegalArgumentException _) {
      throw invalid("Invalid Entity Action: " + name);
    }
  }

  /** The resources to look at: one that stands for any when none is named. */
  List<String> resourcesOrAny() {
    return resources.isEmpty() ? List.of(ANY) : resources;
  }

  /** The account of the resources, when it was said. */
  Optional<String> ownerAccount() {
    return resourceOwner.map(arn -> Arn.parse(arn).account());
  }

  /** The keys that the call gives; a key without values is absent. */
  RequestContext context() {
    RequestContext.Builder context = RequestContext.builder();
    contextEntries.forEach(entry -> context.put(entry.contextKeyName(), entry.contextKeyValues()));
    return context.build();
  }

  /** What an audit event tells of a simulation: not the texts, and not without bound. */
  Map<String, Object> audited() {
    Map<String, Object> audited = new LinkedHashMap<>();
    audited.put("actionNames", actions.stream().limit(AUDITED_NAMES_MAX).toList());
    audited.put("resourceArns", resources.stream().limit(AUDITED_NAMES_MAX).toList());
    callerArn.ifPresent(arn -> audited.put("callerArn", arn));
    return audited;
  }

  static Fault invalid(String message) {
    return new Fault("InvalidInput", 400, message);
  }
}
