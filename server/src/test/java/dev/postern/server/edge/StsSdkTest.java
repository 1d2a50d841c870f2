package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Timestamps;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.server.access.TestCodes;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpHandler;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.TestIdentities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;
import software.amazon.awssdk.services.sts.model.Tag;

/** The Security Token Service through the AWS SDK for Java. */
final class StsSdkTest {
  private static final String ACCOUNT = EdgeFixture.ACCOUNT;
  private static final String SERIAL = "arn:aws:iam::" + ACCOUNT + ":mfa/ann";
  private static final byte[] SEED = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
  private static final String ANN = "\"AWS\":\"arn:aws:iam::" + ACCOUNT + ":user/ann\"";
  private static final String ROOT = "\"AWS\":\"arn:aws:iam::" + ACCOUNT + ":root\"";
  private static final String ALL =
      "[\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]";

  @TempDir Path directory;
  private EdgeFixture fixture;
  private SdkDoor door;
  private TestIdentities identities;
  private StsClient ann;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
    // The SDK signs with the real time.
    fixture.clock.advance(Duration.between(fixture.clock.now(), Instant.now()));
    door = new SdkDoor(fixture.edge);
    identities = new TestIdentities(fixture.clock);
    identities.user("ann", "AIDAANN");
    AccessKeyRecord key = fixture.store.accessKeys().createForUser("ann");
    ann = door.client(StsClient.builder(), key.accessKeyId(), key.secret());
  }

  @AfterEach
  void close() {
    ann.close();
    door.close();
    fixture.close();
  }

  private static String arn(String role) {
    return "arn:aws:iam::" + ACCOUNT + ":role/" + role;
  }

  private void role(String name, String principal, String actions, String rest) throws Exception {
    identities.role(
        name,
        "AROA" + name.toUpperCase(Locale.ROOT),
        """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Principal":{%s},"Action":%s%s}]}
        """
            .formatted(principal, actions, rest));
  }

  private void role(String name) throws Exception {
    role(name, ANN, ALL, "");
  }

  private void allow(String kind, String entity, String action) throws Exception {
    identities.policy(
        kind,
        entity,
        "allow",
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}
        """
            .formatted(action));
  }

  private StsClient client(software.amazon.awssdk.services.sts.model.Credentials credentials) {
    return door.client(
        StsClient.builder(),
        AwsSessionCredentials.create(
            credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken()));
  }

  private static Consumer<AssumeRoleRequest.Builder> of(String role) {
    return request -> request.roleArn(arn(role)).roleSessionName("s1");
  }

  private static PolicyDescriptorType policy(String arn) {
    return PolicyDescriptorType.builder().arn(arn).build();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private static void assertError(String code, int status, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            error -> {
              assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.awsErrorDetails().errorMessage()).isEqualTo(message);
            });
  }

  private static String denied(String caller, String action, String role) {
    return "User: "
        + caller
        + " is not authorized to perform: "
        + action
        + " on resource: "
        + arn(role);
  }

  private static final String ANN_ARN = "arn:aws:iam::" + ACCOUNT + ":user/ann";

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

  private String code() {
    return TestCodes.code(SEED, fixture.clock.now());
  }

  @Test
  void codeOfADeviceOpensARoleThatDemandsOne() throws Exception {
    role(
        "Careful", ANN, ALL, ",\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}");
    identities.device(SERIAL, SEED, "ann");
    Consumer<AssumeRoleRequest.Builder> withCode =
        r -> r.roleArn(arn("Careful")).roleSessionName("s1").serialNumber(SERIAL).tokenCode(code());

    assertThatThrownBy(() -> ann.assumeRole(of("Careful")))
        .hasMessageContaining("is not authorized");
    assertThat(ann.assumeRole(withCode).credentials()).isNotNull();
    assertError(
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        () -> ann.assumeRole(withCode));
    assertError(
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass"
            + " code.",
        () ->
            ann.assumeRole(
                r -> r.roleArn(arn("Careful")).roleSessionName("s1").tokenCode("123456")));
  }

  @Test
  void sessionTokenShowsThatTheUserHasItsDevice() throws Exception {
    role(
        "Careful",
        ANN,
        ALL,
        ",\"Condition\":{\"NumericLessThan\":{\"aws:MultiFactorAuthAge\":\"60\"}}");
    identities.device(SERIAL, SEED, "ann");
    GetSessionTokenResponse plain = ann.getSessionToken();
    GetSessionTokenResponse withCode =
        ann.getSessionToken(r -> r.serialNumber(SERIAL).tokenCode(code()));

    assertThat(Duration.between(fixture.clock.now(), plain.credentials().expiration()))
        .isBetween(Duration.ofSeconds(43_199), Duration.ofSeconds(43_200));
    try (StsClient session = client(plain.credentials());
        StsClient proven = client(withCode.credentials())) {
      assertThat(session.getCallerIdentity().arn()).isEqualTo(ANN_ARN);
      assertThatThrownBy(() -> session.assumeRole(of("Careful")))
          .hasMessageContaining("is not authorized");
      assertThat(proven.assumeRole(of("Careful")).credentials()).isNotNull();
      assertError(
          "AccessDenied",
          403,
          "Cannot call GetSessionToken with session credentials",
          session::getSessionToken);
    }
    assertError(
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA"
            + " serial number is valid and associated with this user.",
        () -> ann.getSessionToken(r -> r.serialNumber(SERIAL + "2").tokenCode("123456")));
    assertThatThrownBy(() -> ann.getSessionToken(r -> r.durationSeconds(899)))
        .hasMessageContaining("greater than or equal to 900");
  }

  @Test
  void sessionsOfBeforeARevocationEndAtOnce() throws Exception {
    role("Ops");
    allow("role", "Ops", "sts:GetAccessKeyInfo");
    var credentials = ann.assumeRole(of("Ops")).credentials();
    try (StsClient session = client(credentials)) {
      assertThat(session.getAccessKeyInfo(r -> r.accessKeyId(credentials.accessKeyId())))
          .isNotNull();

      identities.policy(
          "role",
          "Ops",
          "AWSRevokeOlderSessions",
          """
          {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*",
            "Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}
          """
              .formatted(Timestamps.iso8601(fixture.clock.now().plusSeconds(1))));

      assertThatThrownBy(
              () -> session.getAccessKeyInfo(r -> r.accessKeyId(credentials.accessKeyId())))
          .hasMessageContaining("with an explicit deny in an identity-based policy");
    }
  }

  @Test
  void credentialsEndToTheSecondAndWithTheirRole() throws Exception {
    role("Ops");
    var issued =
        ann.assumeRole(r -> r.roleArn(arn("Ops")).roleSessionName("s1").durationSeconds(900))
            .credentials();
    var credentials =
        new Credentials(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
    fixture.clock.advance(
        Duration.between(fixture.clock.now(), issued.expiration()).minusMillis(1));
    assertThat(identity(credentials).status()).isEqualTo(200);

    fixture.clock.advance(Duration.ofMillis(1));
    HttpAnswer expired = identity(credentials);
    assertThat(expired.status()).isEqualTo(403);
    assertThat(EdgeFixture.text(expired)).contains("<Code>ExpiredToken</Code>");
  }

  private HttpAnswer identity(Credentials credentials) {
    return fixture.send(
        RequestSigner.sign(
            EdgeFixture.form("Action=GetCallerIdentity&Version=2011-06-15"),
            credentials,
            EdgeFixture.REGION,
            "sts",
            fixture.clock.now()));
  }

  @Test
  void sessionThatHasANodesNameIsNoNode() throws Exception {
    role("Ops");
    allow("role", "Ops", "ssmmessages:*");
    var issued =
        ann.assumeRole(r -> r.roleArn(arn("Ops")).roleSessionName(EdgeFixture.NODE)).credentials();
    var credentials =
        new Credentials(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
    String channel = "/v1/control-channel/" + EdgeFixture.NODE + "?role=subscribe&stream=input";

    HttpHandler.Upgrade upgrade =
        fixture.edge.upgrade(
            EdgeFixture.call(fixture.signed(EdgeFixture.get(channel), credentials, "ssmmessages")));

    assertThat(upgrade).isInstanceOf(HttpHandler.Upgrade.Refused.class);
    assertThat(fixture.events().getLast())
        .containsEntry("eventName", "OpenControlChannel")
        .containsEntry("errorCode", "AccessDenied");
    assertThat(String.valueOf(fixture.events().getLast().get("errorMessage")))
        .endsWith("because it is not that node");
  }

  @Test
  void auditShowsTheSessionAndNoSecret() throws Exception {
    role("Ops");
    identities.device(SERIAL, SEED, "ann");
    String code = code();
    AssumeRoleResponse assumed =
        ann.assumeRole(
            r -> r.roleArn(arn("Ops")).roleSessionName("s1").serialNumber(SERIAL).tokenCode(code));

    Map<String, Object> event = fixture.events().getLast();
    assertThat(event).containsEntry("eventName", "AssumeRole").containsEntry("readOnly", true);
    assertThat(event.toString())
        .contains(assumed.credentials().accessKeyId())
        .contains("assumed-role/Ops/s1")
        .doesNotContain(assumed.credentials().secretAccessKey())
        .doesNotContain(assumed.credentials().sessionToken())
        .doesNotContain("tokenCode");
    try (StsClient session = client(assumed.credentials())) {
      session.getCallerIdentity();
    }
    assertThat(String.valueOf(fixture.events().getLast().get("userIdentity")))
        .contains("type=AssumedRole", "mfaAuthenticated=true", "creationDate=");
  }

  @Test
  void keysOfOthersAreOfNoKnownAccount() throws Exception {
    assertThatThrownBy(() -> ann.getAccessKeyInfo(r -> r.accessKeyId("AKIAIOSFODNN7EXAMPLE")))
        .hasMessageContaining("is not authorized to perform: sts:GetAccessKeyInfo");
    allow("user", "ann", "sts:GetAccessKeyInfo");

    assertError(
        "ValidationError",
        400,
        "Access key AKIAIOSFODNN7EXAMPLE is of no known account",
        () -> ann.getAccessKeyInfo(r -> r.accessKeyId("AKIAIOSFODNN7EXAMPLE")));
  }
}
