package dev.postern.aws.sigv4;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

class AuthorizationHeaderFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-22T09:28:16Z");

  @FuzzTest(maxDuration = "20s")
  void headerNeverHoldsWithoutTheSecret(byte[] bytes) {
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    var request =
        new ReceivedRequest(
            "POST",
            RequestPath.parse("/"),
            "",
            List.of(
                new ReceivedRequest.Header("host", "localhost"),
                new ReceivedRequest.Header("x-amz-date", "20261122T092816Z"),
                new ReceivedRequest.Header("authorization", header)));
    for (Protocol protocol : Protocol.values()) {
      Fault refusal = null;
      try {
        RequestSignature signature = requireNonNull(RequestSignature.parse(request, protocol));
        signature.verify(
            signature.scope().service(), _ -> SampleKey.LONG_TERM, BodyHash.EMPTY, NOW);
      } catch (Fault fault) {
        refusal = fault;
      }
      assertThat(refusal).isNotNull();
    }
  }
}
