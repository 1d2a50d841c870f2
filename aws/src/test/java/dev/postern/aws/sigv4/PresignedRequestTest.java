package dev.postern.aws.sigv4;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import dev.postern.aws.HttpRequest;
import dev.postern.aws.protocol.Protocol;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresignedRequestTest {
  private static final Instant TIME = Instant.parse("2026-11-22T09:28:16Z");
  private static final String ADDRESS = "https://localhost:8443/?Action=GetCallerIdentity";

  @Test
  void holdsFromFifteenMinutesBeforeUntilItExpires() {
    String query = presign("sts", null);

    verify(query, "sts", null, TIME.minusSeconds(900));
    verify(query, "sts", null, TIME.plusSeconds(3600));

    assertThat(fault(query, "sts", TIME.minusSeconds(901)).message())
        .startsWith("Signature not yet current: 20261122T092816Z is still later than");
    assertThat(fault(query, "sts", TIME.plusSeconds(3601)).message())
        .isEqualTo(
            "Signature expired: 20261122T092816Z is now earlier than 20261122T092817Z"
                + " (20261122T102817Z - 60 min.)");
  }

  @Test
  void expiryOnS3IsAccessDenied() {
    String query = presign("s3", null);

    Fault fault = fault(query, "s3", TIME.plusSeconds(3601));

    assertThat(fault.code()).isEqualTo("AccessDenied");
    assertThat(fault.message()).isEqualTo("Request has expired");
  }

  @Test
  void tokenIsPartOfTheSignature() {
    verify(presign("sts", "to/k+en="), "sts", "to/k+en=", TIME);
  }

  @Test
  void tokenAddedAfterSigningIsTakenByTheGatewayOnly() {
    String gateway = presign("ssmmessages", null) + "&X-Amz-Security-Token=token";
    String sts = presign("sts", null) + "&X-Amz-Security-Token=token";

    verify(gateway, "ssmmessages", "token", TIME);

    assertThat(
            requireNonNull(
                    catchThrowableOfType(Fault.class, () -> verify(sts, "sts", "token", TIME)))
                .code())
        .isEqualTo("SignatureDoesNotMatch");
  }

  @Test
  void anyChangedParameterIsNoticed() {
    String query = presign("sts", null);

    assertThat(fault(query + "&Version=2011-06-15", "sts", TIME).code())
        .isEqualTo("SignatureDoesNotMatch");
    assertThat(fault(query.replace("Expires=3600", "Expires=7200"), "sts", TIME).code())
        .isEqualTo("SignatureDoesNotMatch");
  }

  @Test
  void anotherSpellingOfTheSameParameterHolds() {
    verify(presign("sts", null).replace("GetCaller", "%47et%43aller"), "sts", null, TIME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "604801", "-1", "", "1e3", "9999999999", "+60"})
  void lifeOutsideOfOneSecondToAWeekIsRefused(String expires) {
    String query = presign("sts", null).replace("Expires=3600", "Expires=" + expires);

    assertThat(fault(query, "sts", TIME).code()).isEqualTo("IncompleteSignature");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Algorithm", "Credential", "Date", "Expires", "SignedHeaders"})
  void parameterThatIsMissingOrTwiceIsRefused(String name) {
    String query = presign("sts", null);

    assertThat(fault(query.replace("X-Amz-" + name, "X-Other"), "sts", TIME).code())
        .isEqualTo("IncompleteSignature");
    assertThat(fault(query + "&X-Amz-" + name + "=1", "sts", TIME).code())
        .isEqualTo("IncompleteSignature");
  }

  @Test
  void bodyOfAnUploadIsComparedWhereverItsHashStands() {
    String query = "X-Amz-Content-Sha256=" + BodyHash.of(new byte[] {1});
    var request = new HttpRequest("PUT", URI.create(ADDRESS + "&" + query), Map.of(), new byte[0]);
    var credentials = new Credentials(SampleKey.ID, SampleKey.SECRET, null);
    URI address =
        RequestSigner.presign(request, credentials, "us-east-1", "s3", TIME, Duration.ofHours(1));
    var host = new ReceivedRequest.Header("host", "localhost:8443");
    var received =
        new ReceivedRequest("PUT", RequestPath.parse("/"), address.getRawQuery(), List.of(host));
    RequestSignature signature =
        requireNonNull(RequestSignature.parse(received, Protocol.REST_XML));

    signature.requireBody(BodyHash.of(new byte[] {1}));

    Fault fault =
        requireNonNull(
            catchThrowableOfType(
                Fault.class, () -> signature.requireBody(BodyHash.of(new byte[] {2}))));
    assertThat(fault.code()).isEqualTo("XAmzContentSHA256Mismatch");
  }

  private static String presign(String service, @Nullable String token) {
    var request = new HttpRequest("GET", URI.create(ADDRESS), Map.of(), new byte[0]);
    var credentials = new Credentials(SampleKey.ID, SampleKey.SECRET, token);
    Duration life = Duration.ofHours(1);
    return RequestSigner.presign(request, credentials, "us-east-1", service, TIME, life)
        .getRawQuery();
  }

  private static Fault fault(String query, String service, Instant now) {
    return requireNonNull(
        catchThrowableOfType(Fault.class, () -> verify(query, service, null, now)));
  }

  private static void verify(String query, String service, @Nullable String token, Instant now) {
    var host = new ReceivedRequest.Header("host", "localhost:8443");
    var request = new ReceivedRequest("GET", RequestPath.parse("/"), query, List.of(host));
    Protocol protocol = service.equals("s3") ? Protocol.REST_XML : Protocol.QUERY;
    var key = new SampleKey(SampleKey.SECRET, token, null);
    requireNonNull(RequestSignature.parse(request, protocol))
        .verify(service, key.lookup(), BodyHash.EMPTY, now);
  }
}
