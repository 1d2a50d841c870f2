package dev.postern.server.access.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Action;
import dev.postern.aws.json.Json;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The truth table of spec/aws-api.md 4.9. */
class DecisionCasesTest {
  private static final int CASES = 96;

  static Stream<Arguments> cases() throws Exception {
    return read().stream().map(one -> Arguments.of(one.get("id"), one));
  }

  @Test
  void everyCaseIsRead() throws Exception {
    assertThat(read()).hasSize(CASES);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void decidesAsTheTableSays(String id, Map<String, Object> one) throws Exception {
    assertThat(decide(one)).as("%s: %s", id, one.get("why")).isEqualTo(one.get("expect"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void explainsWhatItDecides(String id, Map<String, Object> one) throws Exception {
    for (Object list : list(one.get("anyOf"))) {
      for (Object check : list(list)) {
        PolicySet set = policies(one);
        PolicyRequest request = request(one, object(check));

        Explanation explanation = Evaluator.explain(set, request);

        assertThat(explanation.verdict()).as(id).isEqualTo(Evaluator.evaluate(set, request));
        explanation
            .nearest()
            .ifPresent(nearest -> assertThat(nearest.mismatches()).as(id).isNotEmpty());
      }
    }
  }

  private static List<Map<String, Object>> read() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(DecisionCasesTest.class.getResourceAsStream("iam-cases.json"))) {
      List<Map<String, Object>> cases = new ArrayList<>();
      list(Json.readObject(in.readAllBytes()).get("cases")).forEach(one -> cases.add(object(one)));
      return cases;
    }
  }

  private static String decide(Map<String, Object> one) throws Exception {
    boolean denied = false;
    for (Object list : list(one.get("anyOf"))) {
      boolean allowed = true;
      for (Object check : list(list)) {
        Verdict verdict = Evaluator.evaluate(policies(one), request(one, object(check)));
        allowed &= verdict instanceof Verdict.Allowed;
        denied |= verdict instanceof Verdict.ExplicitDeny;
      }
      if (allowed) {
        return "allow";
      }
    }
    return denied ? "explicitDeny" : "implicitDeny";
  }

  private static PolicySet policies(Map<String, Object> one) throws Exception {
    PolicySet set =
        PolicySet.ofIdentity(identity(one.get("identityPolicies")))
            .withSession(identity(one.get("sessionPolicies")));
    Object boundary = one.get("permissionsBoundary");
    if (boundary != null) {
      set = set.withBoundary(policy(boundary, PolicyDocument.Kind.IDENTITY));
    }
    Object account = one.get("resourceAccount");
    if (account == null) {
      return set;
    }
    boolean trust = Boolean.TRUE.equals(one.get("requireResourceAllow"));
    AttachedPolicy resource =
        policy(
            Objects.requireNonNull(one.get("resourcePolicy")),
            trust ? PolicyDocument.Kind.TRUST : PolicyDocument.Kind.RESOURCE);
    return set.withResource(new ResourceSide(Optional.of(resource), (String) account, trust));
  }

  private static List<AttachedPolicy> identity(@Nullable Object policies) throws Exception {
    List<AttachedPolicy> attached = new ArrayList<>();
    for (Object policy : list(policies)) {
      attached.add(policy(policy, PolicyDocument.Kind.IDENTITY));
    }
    return attached;
  }

  private static AttachedPolicy policy(Object json, PolicyDocument.Kind kind) throws Exception {
    return new AttachedPolicy(
        "case", SourceType.NONE, PolicyDocument.parse(Json.writeString(json), kind));
  }

  private static PolicyRequest request(Map<String, Object> one, Map<String, Object> check) {
    Map<String, Object> principal = object(one.get("principal"));
    return new PolicyRequest(
        principal(principal),
        Action.parse(text(check, "action")),
        text(check, "resource"),
        context(principal.get("context")).merge(context(check.get("context"))));
  }

  private static PolicyPrincipal principal(Map<String, Object> principal) {
    return switch (text(principal, "type")) {
      case "IAMUser" ->
          new PolicyPrincipal.User(
              text(principal, "arn"), text(principal, "account"), "AIDAEXAMPLE");
      case "AssumedRole" ->
          new PolicyPrincipal.RoleSession(
              text(principal, "arn"),
              text(principal, "roleArn"),
              text(principal, "account"),
              "AROAEXAMPLE");
      case "Service" -> new PolicyPrincipal.Service(text(principal, "service"));
      default -> throw new IllegalArgumentException("a new kind of principal");
    };
  }

  private static RequestContext context(@Nullable Object json) {
    RequestContext.Builder builder = RequestContext.builder();
    object(json)
        .forEach((name, value) -> {
          for (Object one : value instanceof List<?> several ? several : List.of(value)) {
            builder.add(name, one.toString());
          }
        });
    return builder.build();
  }

  private static String text(Map<String, Object> object, String member) {
    return (String) Objects.requireNonNull(object.get(member));
  }

  private static List<?> list(@Nullable Object json) {
    return json == null ? List.of() : (List<?>) json;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(@Nullable Object json) {
    return (Map<String, Object>) Objects.requireNonNull(json);
  }
}
