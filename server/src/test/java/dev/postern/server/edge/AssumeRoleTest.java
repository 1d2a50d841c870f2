package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/** AssumeRole through the AWS SDK for Java. */
final class AssumeRoleTest extends StsScene {
  @Test
  void trustedUserGetsCredentialsOfTheRole() throws Exception {
    role("Ops");

    AssumeRoleResponse assumed = ann.assumeRole(of("Ops"));

    assertThat(assumed.assumedRoleUser().arn())
        .isEqualTo("arn:aws:sts::" + ACCOUNT + ":assumed-role/Ops/s1");
    assertThat(assumed.assumedRoleUser().assumedRoleId()).isEqualTo("AROAOPS:s1");
    assertThat(assumed.packedPolicySize()).isNull();
    assertThat(Duration.between(fixture.clock.now(), assumed.credentials().expiration()))
        .isBetween(Duration.ofSeconds(3599), Duration.ofSeconds(3600));
    try (StsClient session = client(assumed.credentials())) {
      assertThat(session.getCallerIdentity().arn()).isEqualTo(assumed.assumedRoleUser().arn());
      assertThat(session.getCallerIdentity().userId()).isEqualTo("AROAOPS:s1");
    }
  }

  @Test
  void deniedCallerHearsTheSameWhetherTheRoleExists() throws Exception {
    role("Closed", "\"AWS\":\"arn:aws:iam::" + ACCOUNT + ":user/bob\"", ALL, "");
    allow("user", "ann", "sts:*");

    for (String role : List.of("Closed", "Gone")) {
      assertError(
          "AccessDenied",
          403,
          denied(ANN_ARN, "sts:AssumeRole", role),
          () -> ann.assumeRole(of(role)));
    }
  }

  @Test
  void trustInTheAccountNeedsAPolicyOfTheUser() throws Exception {
    role("Shared", ROOT, ALL, "");
    assertError(
        "AccessDenied",
        403,
        denied(ANN_ARN, "sts:AssumeRole", "Shared"),
        () -> ann.assumeRole(of("Shared")));

    allow("user", "ann", "sts:AssumeRole");
    assertThat(ann.assumeRole(of("Shared")).credentials().accessKeyId()).startsWith("ASIA");
  }

  @Test
  void externalIdAndSessionNameCanBeDemanded() throws Exception {
    role(
        "Partner",
        ANN,
        ALL,
        ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"x-1\"},"
            + "\"StringLike\":{\"sts:RoleSessionName\":\"ann-*\"}}");

    assertThatThrownBy(
            () -> ann.assumeRole(r -> r.roleArn(arn("Partner")).roleSessionName("ann-1")))
        .hasMessageContaining("is not authorized");
    assertThatThrownBy(() ->
            ann.assumeRole(r -> r.roleArn(arn("Partner")).roleSessionName("bob").externalId("x-1")))
        .hasMessageContaining("is not authorized");
    assertThat(
            ann.assumeRole(
                    r -> r.roleArn(arn("Partner")).roleSessionName("ann-1").externalId("x-1"))
                .credentials())
        .isNotNull();
  }

  @Test
  void sessionPolicyLimitsTheSession() throws Exception {
    role("Ops");
    allow("role", "Ops", "sts:GetAccessKeyInfo");
    String limit =
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":"ssm:*","Resource":"*"}]}
        """;

    var free = ann.assumeRole(of("Ops")).credentials();
    AssumeRoleResponse inline =
        ann.assumeRole(r -> r.roleArn(arn("Ops")).roleSessionName("s1").policy(limit));
    AssumeRoleResponse managed =
        ann.assumeRole(r ->
            r.roleArn(arn("Ops"))
                .roleSessionName("s1")
                .policyArns(policy("arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess")));

    assertThat(inline.packedPolicySize()).isBetween(1, 100);
    try (StsClient session = client(free)) {
      assertThat(session.getAccessKeyInfo(r -> r.accessKeyId(free.accessKeyId())).account())
          .isEqualTo(ACCOUNT);
    }
    for (var limited : List.of(inline.credentials(), managed.credentials())) {
      try (StsClient session = client(limited)) {
        assertThatThrownBy(() -> session.getAccessKeyInfo(r -> r.accessKeyId(free.accessKeyId())))
            .hasMessageContaining("because no session policy allows");
      }
    }
  }

  @Test
  void sessionPoliciesThatAreNoneAreRefused() throws Exception {
    role("Ops");

    assertThatThrownBy(
            () -> ann.assumeRole(r -> r.roleArn(arn("Ops")).roleSessionName("s1").policy("{}")))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            error ->
                assertThat(error.awsErrorDetails().errorCode())
                    .isEqualTo("MalformedPolicyDocument"));
    String gone = "arn:aws:iam::" + ACCOUNT + ":policy/gone";
    assertError(
        "MalformedPolicyDocument",
        400,
        "Policy " + gone + " does not exist or is not attachable.",
        () ->
            ann.assumeRole(
                r -> r.roleArn(arn("Ops")).roleSessionName("s1").policyArns(policy(gone))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing-valid-in-here",
        "arn::b:::something/test-role",
        "arn:a::::something/test-role",
        "arn:a:::something/test-role",
        "arn:a:a::aaaaaaaaaa:"
      })
  void textThatIsNoArnIsRefused(String text) {
    assertError(
        "ValidationError",
        400,
        text + " is invalid",
        () -> ann.assumeRole(r -> r.roleArn(text).roleSessionName("Session1")));
  }

  @Test
  void sessionNameMustHaveItsForm() {
    assertError(
        "ValidationError",
        400,
        "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy"
            + " constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        () ->
            ann.assumeRole(
                r -> r.roleArn("arn:a:b:::something/test-role").roleSessionName("Session1:2")));
  }

  @Test
  void durationIsLimitedByTheRoleAndByChaining() throws Exception {
    role("Ops", "\"AWS\":[\"" + ANN_ARN + "\",\"" + arn("Ops") + "\"]", ALL, "");
    assertError(
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        () ->
            ann.assumeRole(r -> r.roleArn(arn("Ops")).roleSessionName("s1").durationSeconds(3601)));

    identities.maxSession("Ops", 7200);
    AssumeRoleResponse two =
        ann.assumeRole(r -> r.roleArn(arn("Ops")).roleSessionName("s1").durationSeconds(7200));
    try (StsClient session = client(two.credentials())) {
      assertError(
          "ValidationError",
          400,
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by"
              + " role chaining",
          () ->
              session.assumeRole(
                  r -> r.roleArn(arn("Ops")).roleSessionName("s2").durationSeconds(3601)));
      assertThat(session.assumeRole(of("Ops")).credentials()).isNotNull();
    }
  }

  @Test
  void tagsThatDoNotFitAreRefused() throws Exception {
    role("Ops");
    assertError(
        "InvalidParameterValue",
        400,
        "The specified transitive tag key must be included in the requested tags.",
        () ->
            ann.assumeRole(r ->
                r.roleArn(arn("Ops"))
                    .roleSessionName("s1")
                    .tags(tag("SessionTag1", "SessionValue1"))
                    .transitiveTagKeys("InvalidKey")));
    assertError(
        "InvalidParameterValue",
        400,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        () ->
            ann.assumeRole(r ->
                r.roleArn(arn("Ops"))
                    .roleSessionName("s1")
                    .tags(tag("SessionTag1", "v"), tag("sessiontag1", "w"))
                    .transitiveTagKeys("sessiontag1")));
  }

  @Test
  void transitiveTagsGoOnAndCannotBeReplaced() throws Exception {
    role("First");
    role(
        "Next",
        "\"AWS\":\"" + arn("First") + "\"",
        ALL,
        ",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/team\":\"red\"}}");
    role(
        "Last",
        "\"AWS\":\"" + arn("Next") + "\"",
        ALL,
        ",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/Team\":\"red\"},"
            + "\"Null\":{\"aws:PrincipalTag/once\":\"true\"}}");
    AssumeRoleResponse first =
        ann.assumeRole(r ->
            r.roleArn(arn("First"))
                .roleSessionName("s1")
                .tags(tag("team", "red"), tag("once", "x"))
                .transitiveTagKeys("team"));

    try (StsClient session = client(first.credentials())) {
      AssumeRoleResponse next = session.assumeRole(of("Next"));
      assertThat(next.packedPolicySize()).isPositive();
      try (StsClient chained = client(next.credentials())) {
        assertThat(chained.assumeRole(of("Last")).credentials()).isNotNull();
      }
      assertError(
          "InvalidParameterValue",
          400,
          "One of the specified transitive tag keys can't be set because it conflicts with a"
              + " transitive tag key from the calling session.",
          () ->
              session.assumeRole(
                  r -> r.roleArn(arn("Next")).roleSessionName("s1").tags(tag("Team", "blue"))));
    }
  }

  @Test
  void taggingASessionIsARightOfItsOwn() throws Exception {
    role("Plain", ANN, "\"sts:AssumeRole\"", "");

    assertThat(ann.assumeRole(of("Plain")).credentials()).isNotNull();
    assertError(
        "AccessDenied",
        403,
        denied(ANN_ARN, "sts:TagSession", "Plain"),
        () ->
            ann.assumeRole(r -> r.roleArn(arn("Plain")).roleSessionName("s1").tags(tag("k", "v"))));
    assertError(
        "AccessDenied",
        403,
        denied(ANN_ARN, "sts:SetSourceIdentity", "Plain"),
        () ->
            ann.assumeRole(
                r -> r.roleArn(arn("Plain")).roleSessionName("s1").sourceIdentity("ann")));
  }

  @Test
  void sourceIdentityStaysForAllSessionsThatFollow() throws Exception {
    role("First");
    role(
        "Next",
        "\"AWS\":\"" + arn("First") + "\"",
        ALL,
        ",\"Condition\":{\"StringEquals\":{\"aws:SourceIdentity\":\"ann\"}}");
    AssumeRoleResponse first =
        ann.assumeRole(r -> r.roleArn(arn("First")).roleSessionName("s1").sourceIdentity("ann"));
    assertThat(first.sourceIdentity()).isEqualTo("ann");

    try (StsClient session = client(first.credentials())) {
      assertThat(session.assumeRole(of("Next")).sourceIdentity()).isEqualTo("ann");
      assertThatThrownBy(() ->
              session.assumeRole(
                  r -> r.roleArn(arn("Next")).roleSessionName("s1").sourceIdentity("bob")))
          .hasMessageContaining("cannot be changed");
    }
  }
}
