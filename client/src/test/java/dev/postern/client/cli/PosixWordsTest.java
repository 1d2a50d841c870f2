package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PosixWordsTest {
  private static final String ODD =
      " \t\n'\"\\$`!#&;|<>(){}[]*?~=%^-+@,.:/_aZ09\u00e9\u20ac\ud83d\ude00\u0001\u007f\r";

  @Test
  void plainWordsStayReadable() {
    assertThat(PosixWords.join(List.of("ls", "-l", "/etc/hosts", "a=b")))
        .isEqualTo("ls -l /etc/hosts a=b");
    assertThat(PosixWords.join(List.of("it's", ""))).isEqualTo("'it'\\''s' ''");
  }

  @Test
  void bracesOfADocumentParameterNeverStandTogether() {
    assertThat(PosixWords.join(List.of("{{{{ ssm:x }}}}"))).doesNotContain("{{");
  }

  /** A POSIX shell splits and removes quotes as the agent does. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void anyArgumentsComeOutAsTheyWentIn(long seed) throws Exception {
    Random random = new Random(seed);
    int[] characters = ODD.codePoints().toArray();
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      StringBuilder argument = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        argument.appendCodePoint(characters[random.nextInt(characters.length)]);
      }
      arguments.add(argument.toString());
    }

    assertThat(split(PosixWords.join(arguments))).isEqualTo(arguments);
  }

  private static List<String> split(String line) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh").redirectError(ProcessBuilder.Redirect.INHERIT).start();
    shell
        .getOutputStream()
        .write(("printf '%s\\0' " + line + "\n").getBytes(StandardCharsets.UTF_8));
    shell.getOutputStream().close();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    List<String> words = new ArrayList<>(List.of(output.split("\0", -1)));
    words.removeLast();
    return words;
  }
}
