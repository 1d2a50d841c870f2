package dev.postern.aws.sigv4;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSignatureTest {
  private static final Instant NOW = Instant.parse("2026-11-22T09:53:01Z");
  private static final String BODY = BodyHash.of(new byte[] {'{', '}'});
  private static final SampleKey KEY = SampleKey.LONG_TERM;
  private static final SampleKey TEMPORARY =
      new SampleKey(SampleKey.SECRET, "token", NOW.plusSeconds(60));

  @Test
  void requestWithoutSignatureHasNone() {
    assertThat(RequestSignature.parse(request("POST", "/", ""), Protocol.JSON)).isNull();
    assertThat(RequestSignature.missing(Protocol.JSON).code())
        .isEqualTo("MissingAuthenticationTokenException");
    assertThat(RequestSignature.missing(Protocol.QUERY).httpStatus()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "JSON,     400, UnrecognizedClientException",
    "QUERY,    403, InvalidClientTokenId",
    "EC2,      401, AuthFailure",
    "REST_XML, 403, InvalidAccessKeyId",
  })
  void unknownKeyIsRefusedWithTheCodeOfItsProtocol(Protocol protocol, int status, String code) {
    RequestSignature signature = parse(signed(NOW, KEY, protocol), protocol);

    Fault fault =
        fault(() -> signature.verify(service(protocol), id -> (AccessKey) null, BODY, NOW));

    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.httpStatus()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "JSON,     400, InvalidSignatureException",
    "QUERY,    403, SignatureDoesNotMatch",
    "EC2,      401, AuthFailure",
    "REST_XML, 403, SignatureDoesNotMatch",
  })
  void wrongSecretIsRefusedWithTheCodeOfItsProtocol(Protocol protocol, int status, String code) {
    RequestSignature signature = parse(signed(NOW, KEY, protocol), protocol);
    var other = new SampleKey("another-secret", null, null);

    Fault fault = fault(() -> signature.verify(service(protocol), other.lookup(), BODY, NOW));

    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.httpStatus()).isEqualTo(status);
    assertThat(fault.getMessage()).doesNotContain("another-secret");
  }

  @Test
  void s3TellsWhatItComputed() {
    RequestSignature signature = parse(signed(NOW, KEY, Protocol.REST_XML), Protocol.REST_XML);
    var other = new SampleKey("another-secret", null, null);

    Fault fault = fault(() -> signature.verify("s3", other.lookup(), BODY, NOW));

    assertThat(fault.details()).containsKeys("StringToSign", "CanonicalRequest");
  }

  @Test
  void expiredSignatureIsRefusedWithBothTimesNamed() {
    Instant signedAt = Instant.parse("2026-11-22T09:28:01Z");

    Fault json = refusal(signed(signedAt, KEY, Protocol.JSON), Protocol.JSON, KEY);
    Fault query = refusal(signed(signedAt, KEY, Protocol.QUERY), Protocol.QUERY, KEY);

    assertThat(json.code()).isEqualTo("InvalidSignatureException");
    assertThat(json.message())
        .isEqualTo(
            "Signature expired: 20261122T092801Z is now earlier than 20261122T093801Z"
                + " (20261122T095301Z - 15 min.)");
    assertThat(query.code()).isEqualTo("SignatureDoesNotMatch");
    assertThat(query.httpStatus()).isEqualTo(403);
    assertThat(query.message()).isEqualTo(json.message());
  }

  @Test
  void signatureOfTheFutureIsRefusedWithBothTimesNamed() {
    ReceivedRequest request = signed(NOW.plusSeconds(901), KEY, Protocol.JSON);

    Fault fault = refusal(request, Protocol.JSON, KEY);

    assertThat(fault.message())
        .isEqualTo(
            "Signature not yet current: 20261122T100802Z is still later than 20261122T100801Z"
                + " (20261122T095301Z + 15 min.)");
  }

  @ParameterizedTest
  @ValueSource(longs = {-900, 0, 900})
  void clockMayBeFifteenMinutesOff(long seconds) {
    RequestSignature signature =
        parse(signed(NOW.plusSeconds(seconds), KEY, Protocol.JSON), Protocol.JSON);

    assertThat(signature.verify("ssm", KEY.lookup(), BODY, NOW)).isSameAs(KEY);
  }

  @Test
  void skewOnEc2AndS3HasTheirCodes() {
    Instant late = NOW.minusSeconds(1000);

    Fault ec2 = refusal(signed(late, KEY, Protocol.EC2), Protocol.EC2, KEY);
    Fault s3 = refusal(signed(late, KEY, Protocol.REST_XML), Protocol.REST_XML, KEY);

    assertThat(ec2.code()).isEqualTo("RequestExpired");
    assertThat(s3.code()).isEqualTo("RequestTimeTooSkewed");
    assertThat(s3.details()).containsEntry("MaxAllowedSkewMilliseconds", "900000");
  }

  @Test
  void temporaryKeyNeedsItsOwnToken() {
    var without = new SampleKey(SampleKey.SECRET, null, null);
    var wrong = new SampleKey(SampleKey.SECRET, "other", null);

    assertThat(refusal(signed(NOW, without, Protocol.JSON), Protocol.JSON, TEMPORARY).code())
        .isEqualTo("UnrecognizedClientException");
    assertThat(refusal(signed(NOW, wrong, Protocol.QUERY), Protocol.QUERY, TEMPORARY).code())
        .isEqualTo("InvalidClientTokenId");
    assertThat(verify(signed(NOW, TEMPORARY, Protocol.JSON), TEMPORARY)).isSameAs(TEMPORARY);
  }

  @Test
  void longTermKeyTakesNoToken() {
    Fault fault = refusal(signed(NOW, TEMPORARY, Protocol.JSON), Protocol.JSON, KEY);

    assertThat(fault.code()).isEqualTo("UnrecognizedClientException");
    assertThat(fault.message()).doesNotContain("token\"");
  }

  @Test
  void expiredKeyIsToldOnlyToWhoeverHoldsItsSecret() {
    var expired = new SampleKey(SampleKey.SECRET, "token", NOW);
    var otherSecret = new SampleKey("another-secret", "token", NOW);
    ReceivedRequest request = signed(NOW, expired, Protocol.JSON);

    assertThat(refusal(request, Protocol.JSON, expired).code()).isEqualTo("ExpiredTokenException");
    assertThat(refusal(request, Protocol.JSON, otherSecret).code())
        .isEqualTo("InvalidSignatureException");
  }

  @Test
  void signatureForAnotherServiceIsRefused() {
    RequestSignature signature = parse(signed(NOW, KEY, Protocol.JSON), Protocol.JSON);

    Fault fault = fault(() -> signature.verify("kms", KEY.lookup(), BODY, NOW));

    assertThat(fault.message()).isEqualTo("Credential should be scoped to correct service: 'kms'.");
  }

  @Test
  void signatureForAnotherRegionIsRefusedWhereTheServiceIsRegional() {
    RequestSignature signature = parse(signed(NOW, KEY, Protocol.JSON), Protocol.JSON);

    assertThat(fault(() -> signature.requireRegion("eu-west-1")).message()).contains("eu-west-1");
    signature.requireRegion("us-east-1");
  }

  @Test
  void scopeOfAnotherDayIsRefused() {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    String changed = authorization(request).replace("/20261122/", "/20261121/");

    Fault fault = refusal(with(request, "authorization", changed), Protocol.JSON, KEY);

    assertThat(fault.message())
        .isEqualTo(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
                + " HTTP: '20261121' != '20261122', from '20261122T095301Z'.");
  }

  @Test
  void bodyOtherThanTheSignedOneIsRefused() {
    RequestSignature signature = parse(signed(NOW, KEY, Protocol.JSON), Protocol.JSON);

    Fault fault = fault(() -> signature.verify("ssm", KEY.lookup(), BodyHash.EMPTY, NOW));

    assertThat(fault.code()).isEqualTo("InvalidSignatureException");
  }

  @Test
  void bodyMustHaveTheHashThatTheRequestDeclares() {
    ReceivedRequest request =
        with(signed(NOW, KEY, Protocol.JSON), "x-amz-content-sha256", BodyHash.EMPTY);

    assertThat(refusal(request, Protocol.JSON, KEY).message()).contains("x-amz-content-sha256");
  }

  @Test
  void unsignedHostIsRefused() {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    String changed = authorization(request).replace("host;", "");

    assertThat(refusal(with(request, "authorization", changed), Protocol.JSON, KEY).message())
        .isEqualTo("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }

  @Test
  void unsignedTargetIsRefused() {
    ReceivedRequest request =
        with(signed(NOW, KEY, Protocol.JSON), "x-amz-target", "AmazonSSM.StartSession");

    assertThat(refusal(request, Protocol.JSON, KEY).details())
        .containsEntry("HeadersNotSigned", "x-amz-target");
  }

  @Test
  void unsignedAmazonHeaderIsRefusedByS3Only() {
    ReceivedRequest s3 = with(signed(NOW, KEY, Protocol.REST_XML), "x-amz-acl", "public-read");
    ReceivedRequest ssm = with(signed(NOW, KEY, Protocol.JSON), "x-amz-user-agent", "x");

    assertThat(refusal(s3, Protocol.REST_XML, KEY).code()).isEqualTo("AccessDenied");
    assertThat(verify(ssm, KEY)).isSameAs(KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "x-amz-date", "x-amz-target", "authorization", "content-type"})
  void repeatedHeaderThatDecidesIsRefused(String name) {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    List<ReceivedRequest.Header> headers = new ArrayList<>(request.headers());
    headers.add(new ReceivedRequest.Header(name, "one"));
    headers.add(new ReceivedRequest.Header(name, "two"));

    Fault fault = fault(() -> parse(withHeaders(request, headers), Protocol.JSON));

    assertThat(fault.code()).isEqualTo("IncompleteSignatureException");
  }

  @Test
  void otherRepeatedHeadersAreJoinedInTheirOrder() {
    var headers =
        List.of(
            new ReceivedRequest.Header("My-Header1", "  a   b  "),
            new ReceivedRequest.Header("other", "x"),
            new ReceivedRequest.Header("my-header1", "\"c   d\""));

    assertThat(CanonicalForm.header(headers, "my-header1")).isEqualTo("a b,\"c d\"");
  }

  @Test
  void signedHeaderThatIsGoneIsRefused() {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    List<ReceivedRequest.Header> headers =
        request.headers().stream().filter(h -> !h.name().equals("content-type")).toList();

    assertThat(refusal(withHeaders(request, headers), Protocol.JSON, KEY).message())
        .isEqualTo("The signed header 'content-type' is not in the request.");
  }

  @Test
  void dateHeaderServesWhereAmazonsIsAbsent() {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    List<ReceivedRequest.Header> headers = new ArrayList<>(request.headers());
    headers.removeIf(h -> h.name().equals("x-amz-date"));
    Fault missing = fault(() -> parse(withHeaders(request, headers), Protocol.JSON));
    headers.add(new ReceivedRequest.Header("Date", "Sun, 22 Nov 2026 09:53:01 GMT"));

    RequestSignature signature = parse(withHeaders(request, headers), Protocol.JSON);

    assertThat(missing.message()).contains("either a 'X-Amz-Date' or a 'Date' header");
    assertThat(signature.time()).isEqualTo(NOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer abc",
        "AWS AKIDEXAMPLE:c2lnbmF0dXJl",
        "AWS4-ECDSA-P256-SHA256 Credential=A/20261122/ssm/aws4_request, SignedHeaders=host,"
            + " Signature=00",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/ssm/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=A/20261122/ssm/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/ssm/aws4, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=A/2026/r/ssm/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=/20261122/r/ssm/aws4_request, SignedHeaders=a, Signature=00",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/ssm/aws4_request, SignedHeaders=, Signature=00",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/s/aws4_request, SignedHeaders=b;a, Signature=0",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/s/aws4_request, SignedHeaders=Host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/s/aws4_request, SignedHeaders=a;a, Signature=0",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/s/aws4_request, SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 Credential=A/20261122/r/s/aws4_request, Credential=B, Signature=0",
      })
  void headerThatIsNotWholeIsRefused(String authorization) {
    ReceivedRequest request =
        request("POST", "/", "", "authorization", authorization, "x-amz-date", "20261122T095301Z");

    Fault fault = fault(() -> parse(request, Protocol.JSON));

    assertThat(fault.code()).isEqualTo("IncompleteSignatureException");
    assertThat(fault.httpStatus()).isEqualTo(400);
  }

  @Test
  void separatorsMayComeWithoutSpace() {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    String dense = authorization(request).replace(", ", ",");

    assertThat(verify(with(request, "authorization", dense), KEY)).isSameAs(KEY);
  }

  @Test
  void bothFormsAtOnceAreRefused() {
    ReceivedRequest request =
        request("GET", "/", "X-Amz-Signature=00", "authorization", "AWS4-HMAC-SHA256 x=y");

    assertThat(fault(() -> parse(request, Protocol.QUERY)).code()).isEqualTo("IncompleteSignature");
  }

  @Test
  void oldSignatureVersionOfS3IsRefused() {
    ReceivedRequest request = request("GET", "/", "AWSAccessKeyId=A&Signature=b&Expires=1");

    Fault fault = fault(() -> RequestSignature.parse(request, Protocol.REST_XML));

    assertThat(fault.code()).isEqualTo("InvalidRequest");
    assertThat(fault.message()).contains("Please use AWS4-HMAC-SHA256.");
  }

  @Property(tries = 200)
  void anyOtherTextInTheSignatureIsRefused(@ForAll byte[] noise) {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    String head = authorization(request);
    String other = head.substring(0, head.length() - 64) + BodyHash.of(noise);

    assertThat(refusal(with(request, "authorization", other), Protocol.JSON, KEY).code())
        .isEqualTo("InvalidSignatureException");
  }

  @Test
  void truncatedHeaderIsRefusedAtEveryLength() {
    ReceivedRequest request = signed(NOW, KEY, Protocol.JSON);
    String whole = authorization(request);

    for (int length = 0; length < whole.length(); length++) {
      ReceivedRequest shorter = with(request, "authorization", whole.substring(0, length));
      assertThat(refusal(shorter, Protocol.JSON, KEY).httpStatus()).isEqualTo(400);
    }
  }

  private static String service(Protocol protocol) {
    return switch (protocol) {
      case JSON -> "ssm";
      case QUERY -> "iam";
      case EC2 -> "ec2";
      case REST_XML -> "s3";
    };
  }

  private static ReceivedRequest signed(Instant time, SampleKey key, Protocol protocol) {
    return SampleRequests.signed(time, key, service(protocol));
  }

  private static RequestSignature parse(ReceivedRequest request, Protocol protocol) {
    return requireNonNull(RequestSignature.parse(request, protocol));
  }

  private static SampleKey verify(ReceivedRequest request, SampleKey key) {
    return parse(request, Protocol.JSON).verify("ssm", key.lookup(), BODY, NOW);
  }

  private static Fault refusal(ReceivedRequest request, Protocol protocol, SampleKey key) {
    return fault(() -> parse(request, protocol).verify(service(protocol), key.lookup(), BODY, NOW));
  }

  private static Fault fault(ThrowingCallable call) {
    return requireNonNull(catchThrowableOfType(Fault.class, call));
  }

  private static ReceivedRequest request(
      String method, String path, String query, String... headers) {
    return SampleRequests.request(method, path, query, headers);
  }

  private static String authorization(ReceivedRequest request) {
    return requireNonNull(request.header("authorization"));
  }

  private static ReceivedRequest with(ReceivedRequest request, String name, String value) {
    List<ReceivedRequest.Header> headers = new ArrayList<>(request.headers());
    headers.removeIf(header -> header.name().equals(name));
    headers.add(new ReceivedRequest.Header(name, value));
    return withHeaders(request, headers);
  }

  private static ReceivedRequest withHeaders(
      ReceivedRequest request, List<ReceivedRequest.Header> headers) {
    return new ReceivedRequest(request.method(), request.path(), request.rawQuery(), headers);
  }
}
