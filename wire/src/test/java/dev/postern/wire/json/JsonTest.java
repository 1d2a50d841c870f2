package dev.postern.wire.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.MalformedMessageException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void everyKindOfValueIsReadAndWrittenInOrder() throws Exception {
    String text =
        "{\"s\":\"a\\u00e9\\n\",\"i\":-9223372036854775808,\"d\":1.50,\"t\":true,\"f\":false,"
            + "\"n\":null,\"l\":[1,\"x\",null,{}],\"o\":{\"k\":[]}}";

    JsonObject object = Json.readObject(text);

    assertThat(object.members())
        .containsEntry("i", Long.MIN_VALUE)
        .containsEntry("d", new BigDecimal("1.50"))
        .containsEntry("t", true)
        .containsEntry("n", null);
    assertThat(object.toJson()).isEqualTo(text.replace("\\u00e9", "\u00e9"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e99999999999", "1e-99999999999", "1.5E2147483647", "1e1001"})
  void numberWithAHugeExponentIsRefused(String number) {
    assertThatThrownBy(() -> Json.readObject("{\"n\":" + number + "}"))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void numberBeyondLongIsKept() throws Exception {
    assertThat(Json.readObject("{\"n\":9223372036854775808}").value("n"))
        .isEqualTo(new BigDecimal("9223372036854775808"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "\"a\"",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":[1}",
        "{'a':1}",
        "{a:1}",
        "{} {}",
        "{}x",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":\"\n\"}",
        "{\"a\":/**/1}"
      })
  void textThatIsNotOneObjectIsRefused(String text) {
    assertThatThrownBy(() -> Json.readObject(text)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void everyTruncationIsRefused() throws Exception {
    String text = "{\"a\":{\"b\":[1,2.5,\"x\",true,null]},\"c\":\"\\u0041\"}";
    Json.readObject(text);

    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> Json.readObject(cut))
          .as(cut)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void depthLengthAndNumbersAreLimited() throws Exception {
    String deepest = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
    Json.readObject(deepest);

    for (String text :
        List.of(
            "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}",
            "{\"a\":\"" + "x".repeat(Json.LENGTH_BYTES_MAX) + "\"}",
            "{\"a\":" + "1".repeat(100) + "}",
            "{\"" + "n".repeat(5000) + "\":1}",
            "{\"a\":[" + "0,".repeat(250_000) + "0]}")) {
      assertThatThrownBy(() -> Json.readObject(text)).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void halfASurrogatePairIsReplaced() throws Exception {
    JsonObject object = Json.readObject("{\"a\":\"\\ud800x\\udc00\",\"b\":\"\\ud83d\\ude00\"}");

    assertThat(object.value("a")).isEqualTo("\ufffdx\ufffd");
    assertThat(object.value("b")).isEqualTo("\ud83d\ude00");
  }

  @Test
  void errorDoesNotQuoteWhatWasRead() {
    assertThatThrownBy(() -> Json.readObject("{\"TokenValue\":s3cr3t}"))
        .hasMessageNotContaining("s3cr3t")
        .hasNoCause();
  }

  @Test
  void treeThatIsTooDeepOrNoJsonIsMisuse() {
    List<@Nullable Object> loop = new ArrayList<>();
    loop.add(loop);

    assertThatThrownBy(() -> Json.write(loop)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.write(Map.of("a", new Object())))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
