package dev.postern.client.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.InputFilter.Request;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EscapeFilterTest {
  private final EscapeFilter filter = new EscapeFilter();

  private String type(String keys, Request expected) {
    InputFilter.Passed passed =
        filter.pass(ByteBuffer.wrap(keys.getBytes(StandardCharsets.ISO_8859_1)));
    assertThat(passed.request()).isEqualTo(expected);
    return StandardCharsets.ISO_8859_1.decode(passed.toSend()).toString();
  }

  @ParameterizedTest
  @CsvSource({"a~.b,a~.b", "~~.,~.", "~x,~x", "x~~,x~~"})
  void whatIsNoEscapeGoesThrough(String typed, String sent) {
    assertThat(type(typed, Request.NONE)).isEqualTo(sent);
  }

  @Test
  void tildeAndDotAfterEnterLeave() {
    assertThat(type("ls\r~.more", Request.LEAVE)).isEqualTo("ls\r");
  }

  @Test
  void keysMayComeOneByOne() {
    assertThat(type("\r", Request.NONE)).isEqualTo("\r");
    assertThat(type("~", Request.NONE)).isEmpty();
    assertThat(type("?", Request.HELP)).isEmpty();
    assertThat(type("~", Request.NONE)).isEmpty();
    assertThat(type(".", Request.LEAVE)).isEmpty();
  }

  @Test
  void helpIsPossibleInTheMiddleOfAPaste() {
    assertThat(type("a\r~?b", Request.HELP)).isEqualTo("a\rb");
  }

  @Test
  void nothingIsLostHoweverTheInputIsCut() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      StringBuilder typed = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        typed.append("~\rx\n".charAt(random.nextInt(4)));
      }
      EscapeFilter whole = new EscapeFilter();
      EscapeFilter parts = new EscapeFilter();
      String expected = decode(whole, typed.toString());
      StringBuilder actual = new StringBuilder();
      typed.chars().forEach(c -> actual.append(decode(parts, String.valueOf((char) c))));
      assertThat(actual.toString()).isEqualTo(expected);
    }
  }

  private static String decode(EscapeFilter filter, String keys) {
    ByteBuffer input = ByteBuffer.wrap(keys.getBytes(StandardCharsets.ISO_8859_1));
    return StandardCharsets.ISO_8859_1.decode(filter.pass(input).toSend()).toString();
  }
}
