package dev.postern.server.access.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class PolicyDocumentFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void policyIsReadOrRefusedWithAPlace(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    for (PolicyDocument.Kind kind : PolicyDocument.Kind.values()) {
      try {
        PolicyDocument document = PolicyDocument.parse(text, kind);
        assertThat(document.statements()).isNotEmpty();
        assertThat(document.statements())
            .allSatisfy(statement -> assertThat(statement.text()).startsWith("{"));
        assertThat(document.contextKeys()).doesNotContainNull();
      } catch (MalformedPolicyException refusal) {
        assertThat(refusal.position().line()).isPositive();
        assertThat(refusal).hasMessageEndingWith("(" + refusal.position() + ")");
      }
    }
  }
}
