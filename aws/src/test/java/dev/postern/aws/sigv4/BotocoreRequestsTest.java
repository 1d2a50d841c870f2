package dev.postern.aws.sigv4;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.aws.protocol.Protocol;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests recorded from aws-cli 1.45.11 and made by botocore 1.43.11. */
class BotocoreRequestsTest {
  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void signatureHolds(String name, Map<String, Object> sample) {
    RequestSignature signature = parse(sample, List.of());

    SampleKey key = key(signature, sample);

    assertThat(key.secretAccessKey()).isEqualTo(SampleKey.SECRET);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void signatureDoesNotHoldForAnotherHost(String name, Map<String, Object> sample) {
    RequestSignature signature =
        parse(sample, List.of(new ReceivedRequest.Header("Host", "example.com")));

    assertThatThrownBy(() -> key(signature, sample))
        .isInstanceOfSatisfying(
            Fault.class,
            fault ->
                assertThat(fault.code())
                    .isIn("InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"));
  }

  private static SampleKey key(RequestSignature signature, Map<String, Object> sample) {
    String token = text(sample, "name").contains("iam") ? "IQoJb3JpZ2luX2VjE/+==" : null;
    if (sample.toString().contains("TOKEN/+=") || sample.toString().contains("TOKEN%2F%2B%3D")) {
      token = "TOKEN/+=";
    }
    byte[] body = text(sample, "body").getBytes(StandardCharsets.UTF_8);
    return signature.verify(
        text(sample, "service"),
        new SampleKey(SampleKey.SECRET, token, null).lookup(),
        BodyHash.of(body),
        signature.time());
  }

  private static RequestSignature parse(
      Map<String, Object> sample, List<ReceivedRequest.Header> replaced) {
    Protocol protocol = Protocol.valueOf(text(sample, "protocol"));
    String rawPath = text(sample, "path");
    List<ReceivedRequest.Header> headers = new ArrayList<>(replaced);
    for (Object header : (List<?>) requireNonNull(sample.get("headers"))) {
      List<?> pair = (List<?>) header;
      var received = new ReceivedRequest.Header((String) pair.get(0), (String) pair.get(1));
      if (replaced.stream().noneMatch(r -> r.name().equals(received.name()))) {
        headers.add(received);
      }
    }
    var request =
        new ReceivedRequest(
            text(sample, "method"),
            protocol == Protocol.REST_XML
                ? RequestPath.parseObject(rawPath)
                : RequestPath.parse(rawPath),
            text(sample, "query"),
            headers);
    return requireNonNull(RequestSignature.parse(request, protocol));
  }

  private static String text(Map<String, Object> sample, String member) {
    return (String) requireNonNull(sample.get(member));
  }

  static Stream<Arguments> requests() throws Exception {
    try (InputStream in =
        requireNonNull(BotocoreRequestsTest.class.getResourceAsStream("botocore-requests.json"))) {
      Map<String, Object> document = Json.readObject(in.readAllBytes());
      return ((List<?>) requireNonNull(document.get("requests")))
          .stream()
              .map(sample -> Arguments.of(((Map<?, ?>) sample).get("name"), (Map<?, ?>) sample));
    }
  }
}
