package dev.postern.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.HttpRequest;
import dev.postern.aws.sigv4.Credentials;
import dev.postern.aws.sigv4.NodeSignature;
import dev.postern.aws.sigv4.RequestSigner;
import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class EdgeTest {
  private static final String START = "AmazonSSM.StartSession";
  private static final String BODY = "{\"Target\":\"i-1\"}";

  @TempDir Path directory;
  private EdgeFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new EdgeFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void signedCallOfTheAdministratorIsAnsweredAndAudited() throws Exception {
    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, BODY), "ssm"));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(EdgeFixture.header(answer, "Content-Type")).isEqualTo("application/x-amz-json-1.1");
    assertThat(EdgeFixture.tree(answer)).containsEntry("SessionId", "admin-1");
    Map<String, Object> event = onlyEvent();
    assertThat(event)
        .containsEntry("eventVersion", "1.11")
        .containsEntry("eventTime", "2026-11-23T10:00:00Z")
        .containsEntry("eventSource", "ssm.amazonaws.com")
        .containsEntry("eventName", "StartSession")
        .containsEntry("awsRegion", "us-east-1")
        .containsEntry("sourceIPAddress", "127.0.0.1")
        .containsEntry("userAgent", "test/1")
        .containsEntry("requestParameters", Map.of("target", "i-1"))
        .containsEntry("requestID", EdgeFixture.header(answer, "x-amzn-RequestId"))
        .containsEntry("readOnly", false)
        .containsEntry("eventType", "AwsApiCall")
        .containsEntry("managementEvent", true)
        .containsEntry("recipientAccountId", "123456789012")
        .containsEntry("eventCategory", "Management")
        .doesNotContainKey("errorCode");
    assertThat(identity(event))
        .containsEntry("type", "IAMUser")
        .containsEntry("arn", "arn:aws:iam::123456789012:user/admin")
        .containsEntry("accountId", "123456789012")
        .containsEntry("accessKeyId", fixture.admin.accessKeyId())
        .containsEntry("userName", "admin");
    assertThat(fixture.store.audit().read(0, 10).getFirst().json())
        .doesNotContain("top-secret-token");
  }

  @Test
  void changedBodyIsRefused() throws Exception {
    HttpRequest signed = fixture.signed(EdgeFixture.json(START, BODY), "ssm");
    byte[] other = "{\"Target\":\"i-2\"}".getBytes(StandardCharsets.UTF_8);

    HttpAnswer answer =
        fixture.send(new HttpRequest("POST", signed.uri(), signed.headers(), other));

    assertRefused(answer, 400, "InvalidSignatureException", "does not match");
    assertAudited("StartSession", "InvalidSignatureException");
  }

  @Test
  void wrongSecretIsRefused() throws Exception {
    var wrong = new Credentials(fixture.admin.accessKeyId(), "wrong", null);

    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, BODY), wrong, "ssm"));

    assertRefused(answer, 400, "InvalidSignatureException", "does not match");
    assertAudited("StartSession", "InvalidSignatureException");
  }

  @Test
  void otherHostThanTheSignedOneIsRefused() throws Exception {
    HttpCall call = EdgeFixture.call(fixture.signed(EdgeFixture.json(START, BODY), "ssm"));
    var headers = new ArrayList<>(call.headers());
    headers.set(0, new HttpCall.Header("Host", "localhost"));

    HttpAnswer answer =
        fixture.edge.answer(
            new HttpCall(call.method(), call.target(), headers, call.body(), call.remote()));

    assertRefused(answer, 400, "InvalidSignatureException", "does not match");
  }

  @Test
  void oldSignatureIsRefused() throws Exception {
    HttpRequest old =
        fixture.signedAt(
            EdgeFixture.json(START, BODY),
            "ssm",
            fixture.clock.now().minus(Duration.ofMinutes(16)));

    HttpAnswer answer = fixture.send(old);

    assertRefused(
        answer,
        400,
        "InvalidSignatureException",
        "Signature expired: 20261123T094400Z is now earlier than 20261123T094500Z");
    assertAudited("StartSession", "InvalidSignatureException");
  }

  @Test
  void unknownKeyIsRefusedAndLeavesNoEvent() throws Exception {
    var unknown = new Credentials("AKIAUNKNOWNUNKNOWN00", "x", null);

    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, BODY), unknown, "ssm"));

    assertRefused(answer, 400, "UnrecognizedClientException", "security token");
    assertThat(fixture.events()).isEmpty();
  }

  @Test
  void unsignedCallIsRefused() throws Exception {
    assertRefused(
        fixture.send(EdgeFixture.json(START, BODY)),
        400,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token");
    assertThat(fixture.events()).isEmpty();
  }

  @Test
  void unsignedGarbageIsRefusedBeforeItIsRead() throws Exception {
    assertRefused(
        fixture.send(EdgeFixture.json(START, "{")),
        400,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token");
  }

  @Test
  void otherRegionIsRefusedWithOurs() throws Exception {
    HttpRequest other =
        RequestSigner.sign(
            EdgeFixture.json(START, BODY), fixture.admin, "eu-west-1", "ssm", fixture.clock.now());

    assertRefused(fixture.send(other), 400, "InvalidSignatureException", "us-east-1");
    assertAudited("StartSession", "InvalidSignatureException");
  }

  @Test
  void signatureForAnotherServiceIsRefused() throws Exception {
    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, BODY), "sts"));

    assertRefused(answer, 400, "InvalidSignatureException", "correct service: 'ssm'");
  }

  @Test
  void garbageIsRefused() throws Exception {
    for (String garbage : List.of("{", "[]", "\"x\"", "{\"Target\":", "\u0000", "{} {}")) {
      HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, garbage), "ssm"));

      assertRefused(answer, 400, "SerializationException", "");
    }
    assertThat(fixture.events()).hasSize(6);
    assertAuditedLast("StartSession", "SerializationException");
  }

  @Test
  void unknownOperationIsRefused() throws Exception {
    HttpAnswer answer =
        fixture.send(fixture.signed(EdgeFixture.json("AmazonSSM.PutParameter", "{}"), "ssm"));

    assertRefused(answer, 400, "UnknownOperationException", "");
    assertAudited("PutParameter", "UnknownOperationException");
  }

  @Test
  void unknownPrefixIsRefused() throws Exception {
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.json("Logs_20140328.PutLogEvents", "{}"), "logs")),
        400,
        "UnknownOperationException",
        "");
  }

  @Test
  void missingMemberIsRefused() throws Exception {
    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, ""), "ssm"));

    assertRefused(
        answer,
        400,
        "ValidationException",
        "1 validation error detected: Value null at 'target' failed to satisfy constraint: Member"
            + " must not be null");
    assertAudited("StartSession", "ValidationException");
  }

  @Test
  void overlongMembersAreRefusedTogether() throws Exception {
    String body = "{\"Target\":\"" + "x".repeat(401) + "\",\"Reason\":\"\"}";

    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, body), "ssm"));

    assertRefused(answer, 400, "ValidationException", "2 validation errors detected: ");
  }

  @Test
  void overlongBodyIsRefused() throws Exception {
    String body = "{\"Target\":\"" + "x".repeat(Edge.BODY_BYTES_MAX) + "\"}";

    HttpAnswer answer = fixture.send(fixture.signed(EdgeFixture.json(START, body), "ssm"));

    assertRefused(answer, 413, "RequestEntityTooLargeException", "");
    assertRefused(fixture.edge.tooLong(), 413, "RequestEntityTooLargeException", "");
  }

  @Test
  void ambiguousPathsAreNeverTakenForTheirPlainForm() throws Exception {
    HttpRequest signed = fixture.signed(EdgeFixture.json(START, BODY), "ssm");
    for (String path :
        List.of("//", "/.", "/..", "/;x", "/%2F", "/%2e", "/x/..", "/\\", "/%00", "")) {
      HttpAnswer answer = fixture.edge.answer(EdgeFixture.call(signed, path));
      if (!path.isEmpty()) {
        assertThat(answer.status()).as(path).isGreaterThanOrEqualTo(400);
        assertThat(fixture.probes.runs).as(path).hasValue(0);
      }
    }
  }

  @Test
  void faultsOfTheOperationAreToldAndAudited() throws Exception {
    HttpAnswer answer =
        fixture.send(fixture.signed(EdgeFixture.json(START, "{\"Target\":\"i-gone\"}"), "ssm"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(EdgeFixture.tree(answer))
        .containsEntry("__type", "TargetNotConnected")
        .containsEntry("message", "i-gone is not connected.");
    assertAudited("StartSession", "TargetNotConnected");
  }

  @Test
  void unexpectedFailuresShowNothingOfTheInside() throws Exception {
    HttpAnswer answer =
        fixture.send(
            fixture.signed(EdgeFixture.json("AmazonSSM.GetDocument", "{\"a\":\"b\"}"), "ssm"));

    assertThat(answer.status()).isEqualTo(500);
    assertThat(EdgeFixture.text(answer)).contains("InternalServerError").doesNotContain("secret");
    assertAudited("GetDocument", "InternalServerError");
  }

  @Test
  void nothingLeavesWithoutAnEvent() throws Exception {
    HttpRequest call = fixture.signed(EdgeFixture.json(START, BODY), "ssm");
    fixture.store.close();

    HttpAnswer answer = fixture.send(call);

    assertThat(answer.status()).isEqualTo(500);
    assertThat(EdgeFixture.text(answer)).contains("InternalServerError").doesNotContain("token");
  }

  @Test
  void nodeMayPingButNotStartSessions() throws Exception {
    Credentials node = fixture.nodeCredentials();

    HttpAnswer ping =
        fixture.send(
            fixture.signed(
                EdgeFixture.json("AmazonSSM.UpdateInstanceInformation", "{}"), node, "ssm"));
    HttpAnswer start = fixture.send(fixture.signed(EdgeFixture.json(START, BODY), node, "ssm"));

    assertThat(ping.status()).isEqualTo(200);
    assertThat(start.status()).isEqualTo(400);
    assertThat(EdgeFixture.tree(start))
        .containsEntry("__type", "AccessDeniedException")
        .containsEntry(
            "message",
            "User: arn:aws:sts::123456789012:assumed-role/SSMServiceRole/mi-0123456789abcdef0 is"
                + " not authorized to perform: ssm:StartSession on resource:"
                + " arn:aws:ec2:us-east-1:123456789012:instance/i-1 because no identity-based"
                + " policy allows the ssm:StartSession action");
    Map<String, Object> event = fixture.events().getLast();
    assertThat(event).containsEntry("errorCode", "AccessDenied");
    assertThat(identity(event)).containsEntry("type", "AssumedRole");
    assertThat(fixture.probes.runs).hasValue(1);
  }

  @Test
  void temporaryKeyNeedsItsOwnToken() throws Exception {
    Credentials node = fixture.nodeCredentials();
    Credentials other = fixture.nodeCredentials();
    for (String token : new String[] {null, "x", other.sessionToken()}) {
      var wrong = new Credentials(node.accessKeyId(), node.secretAccessKey(), token);

      HttpAnswer answer =
          fixture.send(
              fixture.signed(
                  EdgeFixture.json("AmazonSSM.UpdateInstanceInformation", "{}"), wrong, "ssm"));

      assertRefused(answer, 400, "UnrecognizedClientException", "");
    }
    var surplus =
        new Credentials(fixture.admin.accessKeyId(), fixture.admin.secretAccessKey(), "x");
    assertRefused(
        fixture.send(fixture.signed(EdgeFixture.json(START, BODY), surplus, "ssm")),
        400,
        "UnrecognizedClientException",
        "");
  }

  @Test
  void temporaryKeyEnds() throws Exception {
    Credentials node = fixture.nodeCredentials();
    fixture.clock.advance(Duration.ofHours(1));

    HttpAnswer answer =
        fixture.send(
            fixture.signed(
                EdgeFixture.json("AmazonSSM.UpdateInstanceInformation", "{}"), node, "ssm"));

    assertRefused(answer, 400, "ExpiredTokenException", "expired");
    assertAudited("UpdateInstanceInformation", "ExpiredTokenException");
  }

  @Test
  void nodeProvesItselfWithItsKeyWhereThatIsAsked() throws Exception {
    HttpRequest token = EdgeFixture.json("AmazonSSM.RequestManagedInstanceRoleToken", "{}");
    HttpRequest signed =
        NodeSignature.sign(
            token,
            EdgeFixture.NODE,
            fixture.nodeKeys.getPrivate(),
            "us-east-1",
            fixture.clock.now());

    assertThat(fixture.send(signed).status()).isEqualTo(200);
    assertThat(identity(onlyEvent())).containsEntry("principalId", EdgeFixture.NODE);
  }

  @Test
  void nodeKeyIsGoodForNothingElse() throws Exception {
    HttpRequest ping = EdgeFixture.json("AmazonSSM.UpdateInstanceInformation", "{}");
    HttpRequest signed =
        NodeSignature.sign(
            ping,
            EdgeFixture.NODE,
            fixture.nodeKeys.getPrivate(),
            "us-east-1",
            fixture.clock.now());

    assertRefused(fixture.send(signed), 400, "UnrecognizedClientException", "");
  }

  @Test
  void nodeCallsWithAnotherProofAreRefused() throws Exception {
    HttpRequest token = EdgeFixture.json("AmazonSSM.RequestManagedInstanceRoleToken", "{}");
    HttpRequest unknownNode =
        NodeSignature.sign(
            token,
            "mi-0123456789abcdef1",
            fixture.nodeKeys.getPrivate(),
            "us-east-1",
            fixture.clock.now());
    HttpRequest old =
        NodeSignature.sign(
            token,
            EdgeFixture.NODE,
            fixture.nodeKeys.getPrivate(),
            "us-east-1",
            fixture.clock.now().minus(Duration.ofMinutes(16)));

    assertRefused(fixture.send(unknownNode), 400, "UnrecognizedClientException", "");
    assertRefused(fixture.send(old), 400, "InvalidSignatureException", "Signature expired");
    assertRefused(
        fixture.send(fixture.signed(token, "ssm")), 400, "UnrecognizedClientException", "");
    assertRefused(fixture.send(token), 400, "MissingAuthenticationTokenException", "");
  }

  @Test
  void registrationIsUnsignedAndAuditedWithItsResult() throws Exception {
    HttpAnswer wrong =
        fixture.send(
            EdgeFixture.json("AmazonSSM.RegisterManagedInstance", "{\"ActivationCode\":\"no\"}"));
    HttpAnswer right =
        fixture.send(
            EdgeFixture.json(
                "AmazonSSM.RegisterManagedInstance", "{\"ActivationCode\":\"right\"}"));

    assertThat(wrong.status()).isEqualTo(400);
    assertThat(EdgeFixture.tree(wrong)).containsEntry("__type", "InvalidActivation");
    assertThat(right.status()).isEqualTo(200);
    assertThat(onlyEvent())
        .containsEntry("responseElements", Map.of("instanceId", EdgeFixture.NODE));
    assertThat(identity(onlyEvent())).containsEntry("accountId", "ANONYMOUS_PRINCIPAL");
  }

  @Test
  void healthIsToldToAnyone() throws Exception {
    assertThat(fixture.send(EdgeFixture.get("/healthz")).status()).isEqualTo(200);
    assertThat(fixture.send(EdgeFixture.get("/readyz")).status()).isEqualTo(200);

    assertThat(fixture.edge.stop(Duration.ZERO)).isTrue();

    assertThat(fixture.send(EdgeFixture.get("/healthz")).status()).isEqualTo(200);
    assertThat(fixture.send(EdgeFixture.get("/readyz")).status()).isEqualTo(503);
  }

  @Test
  @Timeout(30)
  void stopWaitsForTheCallsAtWorkAndRefusesNewOnes() throws Exception {
    HttpRequest late =
        EdgeFixture.json("AmazonSSM.RegisterManagedInstance", "{\"ActivationCode\":\"late\"}");
    CompletableFuture<HttpAnswer> atWork =
        CompletableFuture.supplyAsync(() -> fixture.send(late), Thread::startVirtualThread);
    fixture.probes.late.await();

    assertThat(fixture.edge.stop(Duration.ZERO)).isFalse();
    HttpAnswer refused = fixture.send(late);
    boolean _ = fixture.probes.goOn.complete(Map.of());

    assertThat(refused.status()).isEqualTo(503);
    assertThat(EdgeFixture.tree(refused))
        .containsEntry("__type", "ServiceUnavailable")
        .containsEntry("message", "The server is starting or stopping. Try again later.");
    assertThat(atWork.get().status()).isEqualTo(200);
    assertThat(fixture.probes.runs).hasValue(1);
    assertThat(fixture.edge.stop(Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void otherPathsAreUnknown() {
    for (String path : List.of("/", "/x", "/v1/control-channel/" + EdgeFixture.NODE)) {
      HttpAnswer answer = fixture.send(EdgeFixture.get(path));

      assertThat(answer.status()).as(path).isGreaterThanOrEqualTo(400);
      assertThat(EdgeFixture.text(answer)).as(path).contains("<UnknownOperationException>");
    }
  }

  private void assertRefused(HttpAnswer answer, int status, String code, String message)
      throws Exception {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(EdgeFixture.header(answer, "x-amzn-ErrorType")).isEqualTo(code);
    assertThat(EdgeFixture.header(answer, "x-amzn-RequestId")).hasSize(36);
    Map<String, Object> body = EdgeFixture.tree(answer);
    assertThat(body).containsEntry("__type", code);
    assertThat((String) body.get("message")).contains(message);
    assertThat(fixture.probes.runs).hasValue(0);
  }

  private void assertAudited(String operation, String code) throws Exception {
    assertThat(fixture.events()).hasSize(1);
    assertAuditedLast(operation, code);
  }

  private void assertAuditedLast(String operation, String code) throws Exception {
    assertThat(fixture.events().getLast())
        .containsEntry("eventName", operation)
        .containsEntry("errorCode", code)
        .doesNotContainKey("responseElements");
  }

  private Map<String, Object> onlyEvent() throws Exception {
    assertThat(fixture.events()).hasSize(1);
    return fixture.events().getFirst();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> identity(Map<String, Object> event) {
    return (Map<String, Object>) Objects.requireNonNull(event.get("userIdentity"));
  }
}
