package dev.postern.server.access.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for all policies and requests of a small world, where matches are frequent. */
class PolicyPropertiesTest {
  private static final List<String> ACTIONS =
      List.of("ssm:StartSession", "ssm:ResumeSession", "s3:GetObject", "s3:PutObject");
  private static final List<String> RESOURCES =
      List.of("*", "arn:aws:ssm:r:1:session/alice-1", "arn:aws:s3:::b/alice", "arn:aws:s3:::b/a*");

  @Provide
  Arbitrary<String> statements() {
    return statements(Arbitraries.of("Allow", "Deny"));
  }

  @Provide
  Arbitrary<String> denies() {
    return statements(Arbitraries.just("Deny"));
  }

  private static Arbitrary<String> statements(Arbitrary<String> effects) {
    return Combinators.combine(
            effects,
            Arbitraries.of("Action", "NotAction"),
            Arbitraries.of("*", "ssm:*", "s3:Get*", "SSM:?tartSession", "s3:PutObject"),
            Arbitraries.of("Resource", "NotResource"),
            Arbitraries.of(
                "*",
                "arn:aws:ssm:*:*:session/${aws:username}-*",
                "arn:aws:s3:::b/*",
                "arn:*:*:*:*:*b*"),
            Arbitraries.of(
                "",
                ",'Condition':{'StringEquals':{'x:tag':'blue'}}",
                ",'Condition':{'StringNotLike':{'x:tag':'b*'}}",
                ",'Condition':{'Null':{'x:tag':'true'}}"))
        .as((effect, actionName, action, resourceName, resource, condition) ->
            "{'Effect':'%s','%s':'%s','%s':'%s'%s}"
                .formatted(effect, actionName, action, resourceName, resource, condition));
  }

  @Provide
  Arbitrary<PolicyRequest> requests() {
    return Combinators.combine(
            Arbitraries.of(ACTIONS),
            Arbitraries.of(RESOURCES),
            Arbitraries.of("", "blue", "red"),
            Arbitraries.of("alice", "a*"))
        .as((action, resource, tag, user) ->
            new PolicyRequest(
                Samples.ALICE,
                Action.parse(action),
                resource,
                RequestContext.of(
                    tag.isEmpty()
                        ? Map.of("aws:username", List.of(user))
                        : Map.of("aws:username", List.of(user), "x:tag", List.of(tag)))));
  }

  private static boolean allows(List<String> statements, PolicyRequest request) {
    return Samples.allows(Samples.set(statements.toArray(String[]::new)), request);
  }

  @Property
  void aDenyMoreNeverWidens(
      @ForAll("policies") List<String> statements,
      @ForAll("denies") String deny,
      @ForAll("requests") PolicyRequest request) {
    List<String> more = new ArrayList<>(statements);
    more.add(deny);

    assertThat(allows(more, request)).isIn(false, allows(statements, request));
  }

  @Provide
  Arbitrary<List<String>> policies() {
    return statements().list().ofMaxSize(6);
  }

  @Property
  void orderAndGroupingNeverMatter(
      @ForAll("policies") List<String> statements,
      @ForAll long seed,
      @ForAll("requests") PolicyRequest request) {
    if (statements.isEmpty()) {
      return;
    }
    List<String> shuffled = new ArrayList<>(statements);
    Collections.shuffle(shuffled, new Random(seed));
    PolicySet oneDocument =
        PolicySet.ofIdentity(List.of(Samples.identity(shuffled.toArray(String[]::new))));

    Verdict apart = Evaluator.evaluate(Samples.set(statements.toArray(String[]::new)), request);
    Verdict together = Evaluator.evaluate(oneDocument, request);

    assertThat(together.getClass()).isEqualTo(apart.getClass());
  }

  @Property
  void allowAllMinusADenyIsAllowOfTheRest(@ForAll("requests") PolicyRequest request) {
    for (String action : ACTIONS) {
      boolean minus =
          allows(
              List.of(
                  "{'Effect':'Allow','Action':'*','Resource':'*'}",
                  "{'Effect':'Deny','Action':'" + action + "','Resource':'*'}"),
              request);
      boolean rest =
          allows(
              List.of("{'Effect':'Allow','NotAction':'" + action + "','Resource':'*'}"), request);

      assertThat(rest).isEqualTo(minus);
    }
  }

  @Property
  void boundaryAndSessionNeverWiden(
      @ForAll("policies") List<String> statements,
      @ForAll("statements") String limit,
      @ForAll("requests") PolicyRequest request) {
    PolicySet free = Samples.set(statements.toArray(String[]::new));

    boolean before = Samples.allows(free, request);

    assertThat(Samples.allows(free.withBoundary(Samples.identity(limit)), request))
        .isIn(false, before);
    assertThat(Samples.allows(free.withSession(List.of(Samples.identity(limit))), request))
        .isIn(false, before);
  }

  @Property
  void explanationAgreesWithTheVerdict(
      @ForAll("policies") List<String> statements, @ForAll("requests") PolicyRequest request) {
    PolicySet set = Samples.set(statements.toArray(String[]::new));

    Explanation explanation = Evaluator.explain(set, request);

    assertThat(explanation.verdict()).isEqualTo(Evaluator.evaluate(set, request));
    explanation.nearest().ifPresent(near -> assertThat(near.mismatches()).isNotEmpty());
  }

  @Property
  void wildcardAgreesWithTheNaiveReading(
      @ForAll("patterns") String pattern, @ForAll("texts") String text) {
    assertThat(Wildcard.of(pattern).matches(text)).isEqualTo(naive(pattern, text));
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.strings().withChars('a', 'b', '*', '?').ofMaxLength(8);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars('a', 'b', '*').ofMaxLength(8);
  }

  private static boolean naive(String pattern, String text) {
    if (pattern.isEmpty()) {
      return text.isEmpty();
    }
    char first = pattern.charAt(0);
    if (first == '*') {
      return naive(pattern.substring(1), text)
          || (!text.isEmpty() && naive(pattern, text.substring(1)));
    }
    return !text.isEmpty()
        && (first == '?' || first == text.charAt(0))
        && naive(pattern.substring(1), text.substring(1));
  }
}
