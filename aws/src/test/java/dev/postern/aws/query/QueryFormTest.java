package dev.postern.aws.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryFormTest {
  private static final String CALL =
      "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3AName&Filter.1.Value.1=web+1"
          + "&Filter.1.Value.10=c&Filter.1.Value.2=b&Empty=&Bare&&";

  @Test
  void parametersOfABotocoreCallAreRead() throws Exception {
    QueryForm form = QueryForm.parse(CALL);

    assertThat(form.get("Action")).isEqualTo("DescribeInstances");
    assertThat(form.get("Filter.1.Value.1")).isEqualTo("web 1");
    assertThat(form.get("Empty")).isEmpty();
    assertThat(form.get("Bare")).isEmpty();
    assertThat(form.get("Absent")).isNull();
  }

  @Test
  void dottedNamesAreATreeWithListsInTheOrderOfTheirNumbers() throws Exception {
    FormNode filters = requireNonNull(QueryForm.parse(CALL).tree().child("Filter"));

    FormNode filter = filters.elements().getFirst();

    assertThat(requireNonNull(filter.child("Name")).value()).isEqualTo("tag:Name");
    assertThat(requireNonNull(filter.child("Value")).elements().stream().map(FormNode::value))
        .containsExactly("web 1", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=1&a=2", "a&a", "%61=1&a=2", "a=%", "a=%f", "a=%ff", "a=é", "a=b c"})
  void formThatTwoReadersCouldReadDifferentlyIsRefused(String text) {
    assertThatExceptionOfType(MalformedFormException.class).isThrownBy(() -> QueryForm.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"L.x=1", "L.0=1", "L.-1=1", "L.01=1", "L.1234567890=1", "L.=1"})
  void listIsNumberedFromOne(String text) throws Exception {
    FormNode list = requireNonNull(QueryForm.parse(text).tree().child("L"));

    assertThatExceptionOfType(MalformedFormException.class).isThrownBy(list::elements);
  }

  @Test
  void numberOfParametersAndTheirDepthAreBounded() throws Exception {
    var many = new StringBuilder();
    for (int i = 0; i <= QueryForm.PARAMETERS_MAX; i++) {
      many.append("p").append(i).append("=&");
    }
    QueryForm deep = QueryForm.parse("a" + ".a".repeat(1000) + "=1");

    assertThatExceptionOfType(MalformedFormException.class)
        .isThrownBy(() -> QueryForm.parse(many.toString()));
    assertThatExceptionOfType(MalformedFormException.class).isThrownBy(deep::tree);
  }

  @Property
  void encodedParametersAreReadBack(@ForAll Map<String, String> parameters) throws Exception {
    Map<String, String> wellFormed = new LinkedHashMap<>();
    parameters.forEach((name, value) -> wellFormed.put(utf8(name), utf8(value)));
    wellFormed.remove("");

    assertThat(QueryForm.parse(QueryForm.encode(wellFormed)).parameters()).isEqualTo(wellFormed);
  }

  /** Half surrogates cannot be encoded at all. */
  private static String utf8(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void truncatedFormIsReadOrRefusedAtEveryLength() {
    for (int length = 0; length < CALL.length(); length++) {
      try {
        assertThat(QueryForm.parse(CALL.substring(0, length)).tree()).isNotNull();
      } catch (MalformedFormException refused) {
        assertThat(refused.getMessage()).containsAnyOf("two digits", "twice");
      }
    }
  }
}
