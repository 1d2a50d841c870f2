package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import dev.postern.server.service.ssm.DocumentText.Format;
import dev.postern.wire.json.JsonObject;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTextTest {
  private static JsonObject read(Format format, String text) {
    return new DocumentText(format, text).read();
  }

  private static Fault refusal(Format format, String text) {
    Fault fault = catchThrowableOfType(Fault.class, () -> read(format, text));
    assertThat(fault).as(text).isNotNull();
    return fault;
  }

  @Test
  void yamlAndJsonSayTheSame() {
    String yaml =
        """
        # A comment.
        schemaVersion: '1.0'
        inputs:
          runAsEnabled: true
          none: null
          number: 7
          decimal: 1.5
          list: [a, "b"]
          shellProfile:
            linux: |
              cd
              pwd
        """;
    String json =
        """
        {"schemaVersion": "1.0", "inputs": {"runAsEnabled": true, "none": null, "number": 7,
        \t"decimal": 1.5, "list": ["a", "b"], "shellProfile": {"linux": "cd\\npwd\\n"}}}
        """;

    assertThat(read(Format.YAML, yaml)).isEqualTo(read(Format.JSON, json));
  }

  @Test
  void textComesBackAsGivenInItsOwnFormatAndConvertedInTheOther() {
    String yaml = "schemaVersion: '1.0'   # as given\nn: 1\nflag: false\n";
    String json = "{\"schemaVersion\":\"1.0\",\n\t\"n\": 1, \"flag\": false}";

    assertThat(new DocumentText(Format.YAML, yaml).in(Format.YAML)).isEqualTo(yaml);
    assertThat(new DocumentText(Format.YAML, yaml).in(Format.JSON))
        .isEqualTo("{\"schemaVersion\":\"1.0\",\"n\":1,\"flag\":false}");
    assertThat(new DocumentText(Format.JSON, json).in(Format.JSON)).isEqualTo(json);
    assertThat(new DocumentText(Format.JSON, json).in(Format.YAML))
        .isEqualTo("schemaVersion: '1.0'\nn: 1\nflag: false\n");
  }

  @Test
  void jsonIsYamlToo() {
    assertThat(read(Format.YAML, "{\"a\": [1, {\"b\": \"c\"}]}"))
        .isEqualTo(read(Format.JSON, "{\"a\": [1, {\"b\": \"c\"}]}"));
  }

  @Test
  void numbersThatFitNoLongStayExact() {
    assertThat(read(Format.YAML, "n: 123456789012345678901234567890").value("n"))
        .isEqualTo(new BigDecimal("123456789012345678901234567890"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nonsense           | JSON not well-formed. at Line: 1, Column:
          {"a": 1            | JSON not well-formed. at Line: 1, Column:
          {"a": 1} {"b": 2}  | JSON not well-formed. at Line: 1, Column: 0
          {"a": 1, "a": 2}   | JSON not well-formed. at Line: 1, Column:
          {'a': 1}           | JSON not well-formed. at Line: 1, Column:
          {"a": 1,}          | JSON not well-formed. at Line: 1, Column:
          [1]                | JSON not well-formed. at Line: 1, Column: 0
          "text"             | JSON not well-formed. at Line: 1, Column: 0
          ` `                | JSON not well-formed. at Line: 1, Column: 0
          """)
  void textThatIsNoJsonObjectIsRefusedWithItsPlace(String text, String message) {
    Fault fault = refusal(Format.JSON, text);

    assertThat(fault.code()).isEqualTo("InvalidDocumentContent");
    assertThat(fault.message()).startsWith(message);
  }

  @Test
  void placeIsWhereItWentWrong() {
    assertThat(refusal(Format.JSON, "{\n  \"a\": 1\n  \"b\": 2\n}").message())
        .isEqualTo("JSON not well-formed. at Line: 3, Column: 2");
    assertThat(refusal(Format.YAML, "a: 1\nb: [\nc: 2\n").message())
        .isEqualTo("YAML not well-formed. at Line: 4, Column: 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- a",
        "text",
        "",
        "a: 1\na: 2",
        "1: a",
        "? [a]\n: b",
        "a: !!binary aGVsbG8=",
        "a: !java.net.URL [http://localhost]",
        "a: .nan",
        "a: .inf",
        "a: 1\n--- \nb: 2",
        "a: \u0000",
        "<<: {a: 1}\n- b"
      })
  void yamlThatJsonCouldNotSayIsRefused(String text) {
    assertThat(refusal(Format.YAML, text).code()).isEqualTo("InvalidDocumentContent");
  }

  /** The library has more exceptions than its own for them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: !<%20b> c",
        "%TAG !e! %20\n---\na: !e!b c",
        "%YAML 99999999999.1\n---\na: b",
        "a: \"\\U7fffffff\"",
        "a: \"\\Uffffffff\"",
        "a: !!int ''",
        "a: !!float x",
        "a: !!map [b]",
        "a: !!seq {b: c}",
        "a: !!str [b]"
      })
  void yamlWithTagsAndEscapesOfNoMeaningIsRefused(String text) {
    assertThat(refusal(Format.YAML, text).code()).isEqualTo("InvalidDocumentContent");
  }

  /** Nodes could not read them. */
  @Test
  void namesAndNumbersOfYamlAreNotLongerThanThoseOfJson() {
    for (String tooLong : List.of("n: 1" + "0".repeat(1000), "a".repeat(50_001) + ": b")) {
      Fault fault = refusal(Format.YAML, tooLong);
      assertThat(fault.code()).isEqualTo("InvalidDocumentContent");
    }
    assertThat(read(Format.YAML, "n: 1" + "0".repeat(60)).value("n"))
        .isEqualTo(BigDecimal.TEN.pow(60));
  }

  /** A few hundred characters that would become gigabytes. */
  @Test
  void aliasesAreRefused() {
    String bomb =
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + IntStream.range(1, 30)
                .mapToObj(i ->
                    "a%d: &a%d [%s]\n"
                        .formatted(
                            i,
                            i,
                            IntStream.range(0, 9)
                                .mapToObj(j -> "*a" + (i - 1))
                                .collect(Collectors.joining(","))))
                .collect(Collectors.joining());

    assertThat(refusal(Format.YAML, bomb).message())
        .isEqualTo("YAML aliases are not supported. at Line: 2");
  }

  @Test
  void nestingIsBounded() {
    for (Format format : Format.values()) {
      String deep = "[".repeat(DocumentText.DEPTH_MAX - 1) + "]".repeat(DocumentText.DEPTH_MAX - 1);
      assertThat(read(format, "{\"a\":" + deep + "}").value("a")).isInstanceOf(List.class);

      assertThat(refusal(format, "{\"a\":[" + deep + "]}").code())
          .isEqualTo("InvalidDocumentContent");
      assertThat(refusal(format, "{\"a\":" + "[".repeat(60_000)).code())
          .isEqualTo("InvalidDocumentContent");
    }
    String indented =
        IntStream.range(0, 300)
            .mapToObj(i -> " ".repeat(i) + "a:")
            .collect(Collectors.joining("\n"));
    assertThat(refusal(Format.YAML, indented).code()).isEqualTo("InvalidDocumentContent");
  }

  @Test
  void sizeIsBoundedInBytes() {
    String frame = "{\"a\":\"%s\"}";
    String longest = "x".repeat(DocumentText.BYTES_MAX - frame.length() + 2);
    assertThat(read(Format.JSON, frame.formatted(longest)).members()).hasSize(1);

    for (String tooLong : Arrays.asList(longest + "x", "\u00e9".repeat(longest.length() - 1))) {
      Fault fault = refusal(Format.JSON, frame.formatted(tooLong));
      assertThat(fault.code()).isEqualTo("MaxDocumentSizeExceeded");
      assertThat(fault.message()).isEqualTo("The size limit of a document is 64 KB.");
    }
  }

  /** Nodes get JSON: what fits as YAML may not fit as that. */
  @Test
  void yamlThatGrowsBeyondTheSizeAsJsonIsRefused() {
    assertThat(refusal(Format.YAML, "a: '" + "\"".repeat(40_000) + "'").code())
        .isEqualTo("MaxDocumentSizeExceeded");
  }
}
