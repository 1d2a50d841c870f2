package dev.postern.server.access.policy;

import static dev.postern.server.access.policy.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Action;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariableTest {
  private static boolean covers(
      String pattern, String resource, Map<String, List<String>> context) {
    String quoted = pattern.replace("'", "\\u0027");
    return Samples.allows(
        Samples.set("{'Effect':'Allow','Action':'*','Resource':'" + quoted + "'}"),
        new PolicyRequest(
            ALICE, Action.parse("s3:GetObject"), resource, RequestContext.of(context)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "a${*}z, a*z, true",
        "a${*}z, abz, false",
        "a${?}z, a?z, true",
        "a${?}z, abz, false",
        "${$}{x}, ${x}, true",
        "${aws:username}/*, alice/b/c, true",
        "${AWS:UserName}/*, alice/b, true",
        "${aws:username}/*, bob/b, false",
        "${ aws:username }, alice, true",
        "${absent}*, alice, false",
        "\"${absent, 'home'}/*\", home/x, true",
        "\"${absent, ''}x\", x, true",
        "\"${absent, 'a}b'}\", a}b, true",
        "\"${absent, 'a*'}\", abc, false",
        "\"${aws:username, 'home'}\", home, false",
        "${star}, anything, false",
        "${star}, *, true",
        "${several}, one, false",
        "${slash}-x, a/b:c-x, true",
      })
  void variableStandsForTheRequestsValue(String pattern, String name, boolean expected) {
    Map<String, List<String>> context =
        Map.of(
            "aws:username", List.of("alice"),
            "star", List.of("*"),
            "several", List.of("one", "two"),
            "slash", List.of("a/b:c"));

    assertThat(covers("arn:aws:s3:::" + pattern, "arn:aws:s3:::" + name, context))
        .isEqualTo(expected);
  }

  @Test
  void colonsOfAVariableDoNotSplitThePattern() {
    String pattern = "arn:aws:ssm:${aws:RequestedRegion}:${aws:PrincipalAccount}:session/*";
    var context =
        Map.of("aws:requestedregion", List.of("eu-1"), "aws:principalaccount", List.of("7"));

    assertThat(covers(pattern, "arn:aws:ssm:eu-1:7:session/x", context)).isTrue();
    assertThat(covers(pattern, "arn:aws:ssm:eu-1:8:session/x", context)).isFalse();
  }

  @Test
  void unresolvedVariableMakesANegationTrue() {
    String statement =
        "{'Effect':'Allow','Action':'*','Resource':'*',"
            + "'Condition':{'StringNotEquals':{'x:key':'${absent}'}}}";

    assertThat(
            Samples.allows(
                Samples.set(statement), Samples.startSession(Map.of("x:key", List.of("a")))))
        .isTrue();
  }

  @Test
  void oldVersionTakesVariablesLiterally() throws MalformedPolicyException {
    String text =
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
            + "\"Resource\":\"arn:aws:s3:::${aws:username}\"}}";
    PolicySet set =
        PolicySet.ofIdentity(
            List.of(
                new AttachedPolicy(
                    "old",
                    SourceType.NONE,
                    PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY))));

    assertThat(
            Samples.allows(
                set, Samples.request(ALICE, "s3:GetObject", "arn:aws:s3:::${aws:username}")))
        .isTrue();
  }
}
