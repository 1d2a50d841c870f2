package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Timestamps;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.server.access.TestCodes;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpHandler;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

/** Devices, sessions and their ends through the AWS SDK for Java. */
final class StsSdkTest extends StsScene {
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
