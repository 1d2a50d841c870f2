package dev.postern.server.service.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class FilterPatternTest {
  @Test
  void starIsAnyRunAndQuestionMarkOneCharacter() {
    assertThat(matches("web-*", "web-")).isTrue();
    assertThat(matches("*-1", "web-1-1")).isTrue();
    assertThat(matches("w*b*1", "web-b-1")).isTrue();
    assertThat(matches("web-?", "web-1")).isTrue();
    assertThat(matches("web-?", "web-")).isFalse();
    assertThat(matches("web", "Web")).isFalse();
    assertThat(matches("*", "")).isTrue();
    assertThat(matches("", "")).isTrue();
    assertThat(matches("", "a")).isFalse();
    assertThat(matches("a*", "ba")).isFalse();
  }

  @Test
  void backslashTakesTheMeaningAway() {
    assertThat(matches("a\\*", "a*")).isTrue();
    assertThat(matches("a\\*", "ab")).isFalse();
    assertThat(matches("\\?\\\\*", "?\\x")).isTrue();
    assertThat(matches("a\\", "a\\")).isTrue();
  }

  @Test
  void manyStarsDoNotTakeLong() {
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> assertThat(matches("*a".repeat(100) + "*b", "a".repeat(10_000))).isFalse());
  }

  private static boolean matches(String pattern, String text) {
    return new FilterPattern(pattern).matches(text);
  }
}
