package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.postern.aws.Fault;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Set;

class DocumentTextFuzzTest {
  private static final Set<String> CODES =
      Set.of("InvalidDocumentContent", "InvalidDocumentSchemaVersion", "MaxDocumentSizeExceeded");

  @FuzzTest(maxDuration = "20s")
  void contentIsReadAndJudgedOrRefused(byte[] bytes) throws Exception {
    String text = new String(bytes, StandardCharsets.UTF_8);
    for (DocumentText.Format format : DocumentText.Format.values()) {
      try {
        JsonObject content = new DocumentText(format, text).read();
        assertThat(Json.readObject(Json.write(content))).isEqualTo(content);
        SessionSchema.check(content);
        assertThat(SessionSchema.parameters(content)).doesNotContainValue(null);
      } catch (Fault refusal) {
        assertThat(refusal.code()).isIn(CODES);
      }
    }
  }
}
