package dev.postern.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a b", "a\0", "é-1", "a%2f"})
  void textThatIsNoSafeFileNameIsRefused(String value) {
    assertThatIllegalArgumentException().isThrownBy(() -> new SessionId(value));
  }

  @Test
  void namesOfFederatedUsersAreAccepted() {
    assertThat(new SessionId("jane.doe+x@example.com-0a1b").value()).endsWith("0a1b");
  }

  @Test
  void longerThanTheApiAllowsIsRefused() {
    assertThat(SessionId.isValid("a".repeat(96))).isTrue();
    assertThat(SessionId.isValid("a".repeat(97))).isFalse();
  }
}
