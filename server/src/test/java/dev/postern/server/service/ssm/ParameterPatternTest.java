package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterPatternTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static ParameterPattern compile(String pattern) throws Exception {
    return ParameterPattern.compile(pattern);
  }

  @Test
  void wholeValueMustMatch() throws Exception {
    assertThat(compile("[0-9]+").matches("22")).isTrue();
    assertThat(compile("[0-9]+").matches("22;id")).isFalse();
    assertThat(compile("^[0-9]+$").matches("22\n")).isFalse();
    assertThat(compile("^[0-9]+$").matches("a\n22")).isFalse();
    assertThat(compile("a|b").matches("ab")).isFalse();
  }

  /** Each makes an engine that backtracks try for longer than anybody waits. */
  @ParameterizedTest
  @ValueSource(strings = {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}", "^(([a-z])+.)+[A-Z]$"})
  void noPatternTakesLongForAnyValue(String pattern) {
    String value = "a".repeat(65_000) + "!";

    Assertions.assertTimeoutPreemptively(
        SOON,
        () -> {
          ParameterPattern compiled = compile(pattern);
          assertThat(compiled.canTake(value) && compiled.matches(value)).isFalse();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{1000}){1000}){1000}",
        "(((((a{10}){10}){10}){10}){10}){10}",
        "(([ab]{100}){100}){2}",
        "(?:x{0,1000}){0,1000}",
        "a{1000}{1000}",
        "\\Qaaaa\\E{1000}(b{100}){100}",
        "[]a]{1000}(([^]]{100}){100}){9}"
      })
  void patternThatUnfoldsToTooMuchIsRefusedBeforeItDoes(String pattern) {
    Assertions.assertTimeoutPreemptively(
        SOON,
        () ->
            assertThatThrownBy(() -> compile(pattern))
                .isInstanceOf(ParameterPattern.Malformed.class)
                .hasMessageContaining("more than 10000 instructions"));
  }

  @Test
  void groupsAreNestedFiftyDeepAtMost() throws Exception {
    assertThat(compile("(".repeat(49) + "a" + ")".repeat(49)).matches("a")).isTrue();

    assertThatThrownBy(() -> compile("(".repeat(50_000)))
        .isInstanceOf(ParameterPattern.Malformed.class)
        .hasMessageContaining("more than 50 groups");
  }

  @Test
  void longValueOfALargePatternIsNotTried() throws Exception {
    ParameterPattern large = compile("[a-z]{1,1000}(x{0,1000}y)?");

    assertThat(large.canTake("a".repeat(1000))).isTrue();
    assertThat(large.canTake("a".repeat(60_000))).isFalse();
    assertThat(compile("[a-z/]+").canTake("a".repeat(65_535))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^([1-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$",
        "^[^,$^&(!;'\"<>`{}\\[\\]\\|#=]{3,}$",
        "^[a-zA-Z0-9-_/]+(.log)$",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "(?i)(on|off)|\\d{1,3}(?:\\.\\d{1,3}){3}",
        "[[:alpha:]_][\\w.\\-]{0,255}",
        "\\{\\{literal\\}\\}|x{|y{z}"
      })
  void patternsThatPeopleWriteCompile(String pattern) throws Exception {
    assertThat(compile(pattern)).hasToString(pattern);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "a)", "[a", "*a", "a**", "(?=a)", "(?<!a)b", "(a)\\1", "\\", "a{2,1}"})
  void patternsThatAreNoneAreRefused(String pattern) {
    assertThatThrownBy(() -> compile(pattern)).isInstanceOf(ParameterPattern.Malformed.class);
  }
}
