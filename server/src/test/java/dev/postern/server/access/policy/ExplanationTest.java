package dev.postern.server.access.policy;

import static dev.postern.server.access.policy.Samples.ALICE;
import static dev.postern.server.access.policy.Samples.BOB;
import static dev.postern.server.access.policy.Samples.NODE;
import static dev.postern.server.access.policy.Samples.request;
import static dev.postern.server.access.policy.Samples.set;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static final String DOCUMENT =
      "{'Effect':'Allow','Action':'ssm:StartSession','Resource':"
          + "'arn:aws:ssm:us-east-1::document/X'}";
  private static final String OTHER_REGION =
      "{'Effect':'Allow','Action':'ssm:StartSession','Resource':"
          + "'arn:aws:ec2:eu-west-1:123456789012:instance/*'}";
  private static final String TAGGED =
      "{'Effect':'Allow','Action':'ssm:StartSession','Resource':'*','Condition':{"
          + "'StringEquals':{'ssm:resourceTag/Env':['dev','test']},"
          + "'Bool':{'aws:SecureTransport':'true'}}}";
  private static final String MISSPELT =
      "{'Effect':'Allow','Action':'ssm:StartSessions','Resource':'*'}";

  private static List<Mismatch> mismatches(PolicySet set, PolicyRequest request) {
    return Evaluator.explain(set, request).nearest().orElseThrow().mismatches();
  }

  @Test
  void nearestIsBestByActionThenResourceThenConditions() {
    PolicyRequest start =
        Samples.startSession(
            Map.of("SSM:ResourceTag/env", List.of("prod"), "aws:SecureTransport", List.of("true")));

    assertThat(mismatches(set(MISSPELT, DOCUMENT, TAGGED, OTHER_REGION), start))
        .containsExactly(
            new Mismatch.ByCondition(
                "StringEquals", "ssm:resourceTag/Env", List.of("dev", "test"), List.of("prod")));
    assertThat(mismatches(set(MISSPELT, DOCUMENT, OTHER_REGION), start))
        .containsExactly(
            new Mismatch.ByResource(
                false, List.of("arn:aws:ec2:eu-west-1:123456789012:instance/*"), NODE));
    assertThat(mismatches(set(MISSPELT), start))
        .containsExactly(
            new Mismatch.ByAction(false, List.of("ssm:StartSessions"), "ssm:StartSession"));
  }

  @Test
  void everyFailingConditionIsTold() {
    assertThat(mismatches(set(TAGGED), request(ALICE, "ssm:StartSession", NODE)))
        .extracting(Mismatch::sentence)
        .containsExactly(
            "Condition StringEquals of ssm:resourceTag/Env wants [dev, test],"
                + " the request has no such key",
            "Condition Bool of aws:SecureTransport wants [true], the request has no such key");
  }

  @Test
  void untrustedPrincipalIsTold() {
    PolicySet trust =
        Samples.trust(
            Map.of(),
            "{'Effect':'Allow','Principal':{'AWS':'"
                + ALICE.arn()
                + "'},'Action':'sts:AssumeRole'}");
    PolicySet own = set("{'Effect':'Allow','Action':'*','Resource':'*'}");

    assertThat(
            mismatches(
                own.withResource(trust.resource().orElseThrow()),
                request(BOB, "sts:AssumeRole", Samples.ROLE)))
        .containsExactly(new Mismatch.ByPrincipal(false, List.of(ALICE.arn()), BOB.arn()));
  }

  @Test
  void policiesOfOtherServicesAreNotNear() {
    PolicySet set = set("{'Effect':'Allow','Action':'s3:*','Resource':'*'}");

    assertThat(Evaluator.explain(set, request(ALICE, "ssm:StartSession", NODE)).nearest())
        .isEmpty();
  }

  @Test
  void statementIsShownWithItsPlace() throws MalformedPolicyException {
    String text =
        """
        {
          "Statement": [
            {
              "Sid": "One",
              "Effect": "Allow",
              "Action": "*", "Resource": "*"
            }
          ]
        }
        """;

    Statement statement =
        PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY).statements().getFirst();

    assertThat(statement.sid()).contains("One");
    assertThat(statement.start()).isEqualTo(new Position(3, 5));
    assertThat(statement.end()).isEqualTo(new Position(7, 6));
    assertThat(statement.text())
        .isEqualTo(
            "{ \"Sid\": \"One\", \"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\" }");
  }

  @Test
  void keysThatPoliciesAskForAreTold() throws MalformedPolicyException {
    String text =
        Samples.json(
            "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::${aws:username}/*',"
                + "'Condition':{'StringLike':{'s3:prefix':'${aws:userid}*'}}}");

    assertThat(PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY).contextKeys())
        .containsExactly("aws:userid", "aws:username", "s3:prefix");
  }

  @Test
  void contextListsItsKeysAsSpelled() {
    RequestContext context =
        RequestContext.builder()
            .put("aws:SourceIp", "192.0.2.1")
            .put("absent", List.of())
            .add("aws:TagKeys", "a")
            .add("AWS:tagkeys", "b")
            .build();

    assertThat(context.names()).containsExactly("aws:SourceIp", "aws:TagKeys");
    assertThat(context.values("aws:tagKEYS")).containsExactly("a", "b");
    assertThat(
            context
                .merge(RequestContext.of(Map.of("AWS:TagKeys", List.of("c"))))
                .values("aws:TagKeys"))
        .containsExactly("c");
  }
}
