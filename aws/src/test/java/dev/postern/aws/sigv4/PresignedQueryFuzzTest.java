package dev.postern.aws.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

class PresignedQueryFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-22T09:28:16Z");

  @FuzzTest(maxDuration = "20s")
  void queryNeverHoldsWithoutTheSecret(byte[] bytes) {
    String query = new String(bytes, StandardCharsets.ISO_8859_1);
    var host = new ReceivedRequest.Header("host", "localhost");
    var request = new ReceivedRequest("GET", RequestPath.parse("/"), query, List.of(host));
    boolean held = false;
    try {
      RequestSignature signature = RequestSignature.parse(request, Protocol.QUERY);
      if (signature != null) {
        signature.verify(
            signature.scope().service(), _ -> SampleKey.LONG_TERM, BodyHash.EMPTY, NOW);
        held = true;
      }
    } catch (Fault fault) {
      assertThat(fault.httpStatus()).isBetween(400, 501);
    }
    assertThat(held).isFalse();
  }
}
