package dev.postern.aws.sigv4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.aws.HttpRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestSignerTest {
  private static final Instant TIME = Instant.parse("2015-08-30T12:36:00Z");
  private static final Credentials EXAMPLE =
      new Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

  @Test
  void publishedExampleOfListUsersIsReproduced() {
    HttpRequest signed =
        RequestSigner.sign(
            get(
                "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
                Map.of(
                    "content-type", List.of("application/x-www-form-urlencoded; charset=utf-8"))),
            EXAMPLE,
            "us-east-1",
            "iam",
            TIME);

    assertThat(signed.headers().get("authorization"))
        .containsExactly(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request,"
                + " SignedHeaders=content-type;host;x-amz-date,"
                + " Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  }

  @Test
  void plainGetOfTheTestSuiteIsReproduced() {
    HttpRequest signed =
        RequestSigner.sign(
            get("https://example.amazonaws.com/", Map.of()), EXAMPLE, "us-east-1", "service", TIME);

    assertThat(String.valueOf(signed.headers().get("authorization")))
        .contains("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  }

  @Test
  void presignedExampleOfS3IsReproduced() {
    URI address =
        RequestSigner.presign(
            get("https://examplebucket.s3.amazonaws.com/test.txt", Map.of()),
            new Credentials(
                "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null),
            "us-east-1",
            "s3",
            Instant.parse("2013-05-24T00:00:00Z"),
            Duration.ofDays(1));

    assertThat(address.getRawQuery())
        .endsWith(
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
  }

  @Test
  void earlierSignatureIsReplaced() {
    HttpRequest request = get("https://example.amazonaws.com/", Map.of());
    HttpRequest once = RequestSigner.sign(request, EXAMPLE, "us-east-1", "service", TIME);

    HttpRequest twice = RequestSigner.sign(once, EXAMPLE, "us-east-1", "service", TIME);

    assertThat(twice.headers()).isEqualTo(once.headers());
  }

  @Test
  void headerThatIsNotAsciiCannotBeSigned() {
    HttpRequest request =
        get("https://example.amazonaws.com/", Map.of("x-amz-meta-name", List.of("é")));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestSigner.sign(request, EXAMPLE, "us-east-1", "service", TIME));
  }

  @Test
  void presignedAddressLivesAtMostAWeek() {
    HttpRequest request = get("https://example.amazonaws.com/", Map.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            RequestSigner.presign(
                request, EXAMPLE, "us-east-1", "s3", TIME, Duration.ofDays(7).plusSeconds(1)));
  }

  @Test
  void textOfCredentialsHidesTheSecrets() {
    var credentials = new Credentials("AKID", "hidden-secret", "hidden-token");

    assertThat(credentials.toString()).contains("AKID").doesNotContain("hidden");
  }

  private static HttpRequest get(String uri, Map<String, List<String>> headers) {
    return new HttpRequest("GET", URI.create(uri), headers, new byte[0]);
  }
}
