package dev.postern.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {
  @Test
  void splitsAtWhiteSpace() throws Exception {
    assertThat(CommandWords.split("  ls -l\t/tmp\n /var "))
        .containsExactly("ls", "-l", "/tmp", "/var");
  }

  @Test
  void quotesKeepWhiteSpaceAndJoinTheirNeighbours() throws Exception {
    assertThat(CommandWords.split("a' b 'c \"d e\" '' \"\""))
        .containsExactly("a b c", "d e", "", "");
  }

  @Test
  void backslashMeansWhatItMeansInAShell() throws Exception {
    assertThat(CommandWords.split("a\\ b \"c\\\"d\\n\\$\" 'e\\f' g\\\nh"))
        .containsExactly("a b", "c\"d\\n$", "e\\f", "gh");
  }

  @Test
  void commentsStartAWordOnly() throws Exception {
    assertThat(CommandWords.split("a#b # c 'd\ne")).containsExactly("a#b", "e");
  }

  @Test
  void nothingIsExpanded() throws Exception {
    assertThat(CommandWords.split("$HOME * ~ `x` a;b | c > d"))
        .containsExactly("$HOME", "*", "~", "`x`", "a;b", "|", "c", ">", "d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'", "\"", "a 'b", "a \"b\\", "\\"})
  void unfinishedTextIsRefused(String text) {
    assertThatThrownBy(() -> CommandWords.split(text))
        .isInstanceOf(MalformedCommandException.class);
  }

  @Property
  void quotedWordsComeBackExactly(@ForAll List<String> words) throws Exception {
    String line = words.stream().map(LaunchScript::quote).collect(Collectors.joining(" "));

    assertThat(CommandWords.split(line)).isEqualTo(words);
  }

  @Property
  void anyTextIsSplitOrRefused(@ForAll String text) {
    try {
      assertThat(CommandWords.split(text)).isNotNull();
    } catch (MalformedCommandException refused) {
      assertThat(refused).hasMessageStartingWith("the command ");
    }
  }
}
