package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentRecord;
import dev.postern.wire.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionDocumentTest {
  private static final String PARAMETERS =
      """
      {
        "schemaVersion": "1.0",
        "sessionType": "Standard_Stream",
        "inputs": {"idleSessionTimeout": "{{ idle }}", "maxSessionDuration": "1{{ most }}",
          "s3KeyPrefix": "{{ text }}"},
        "parameters": {
          "idle": {"type": "String", "default": "5"},
          "most": {"type": "String", "default": ""},
          "text": {"type": "String", "default": "x", "minChars": 1, "maxChars": 3},
          "port": {"type": "String", "default": "80",
            "allowedPattern": "^([1-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"},
          "colour": {"type": "String", "default": "red", "allowedValues": ["red", "green"]},
          "hosts": {"type": "StringList", "default": [], "maxItems": 2, "allowedPattern": "[a-z]+",
            "maxChars": 5},
          "pair": {"type": "StringList", "default": ["a", "b"], "minItems": 2, "maxItems": 2},
          "loud": {"type": "Boolean", "default": "true"},
          "any": {"type": "String", "default": ""}
        }
      }
      """;
  private static final String REQUIRED =
      """
      schemaVersion: '1.0'
      sessionType: InteractiveCommands
      parameters:
        command: {type: String}
      properties:
        linux: {commands: 'sh -c {{ command }}'}
      """;

  private static SessionDocument document(String format, String content) {
    SessionSchema.check(new DocumentText(DocumentText.Format.valueOf(format), content).read());
    return SessionDocument.of(
        new DocumentRecord(
            "Doc",
            "Session",
            1,
            DocumentLabels.of(format, Optional.empty()),
            content,
            1,
            1,
            Instant.EPOCH,
            Map.of()),
        false);
  }

  private static Fault refusal(SessionDocument document, Map<String, List<String>> given) {
    Fault fault = catchThrowableOfType(Fault.class, () -> document.bind(given));
    assertThat(fault).isNotNull();
    assertThat(fault.code()).isEqualTo("InvalidParameters");
    return fault;
  }

  @Test
  void everyParameterHasItsDefaultOrWhatIsGiven() {
    SessionDocument document = document("JSON", PARAMETERS);

    assertThat(document.bind(Map.of()).members())
        .containsEntry("port", "80")
        .containsEntry("hosts", List.of())
        .containsEntry("pair", List.of("a", "b"))
        .containsEntry("loud", true);
    assertThat(
            document
                .bind(
                    Map.of(
                        "port", List.of("65535"),
                        "hosts", List.of("one", "two"),
                        "loud", List.of("False")))
                .members())
        .containsEntry("port", "65535")
        .containsEntry("hosts", List.of("one", "two"))
        .containsEntry("loud", false)
        .containsEntry("colour", "red");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          port   | 0       | does not match the pattern ^([1-9]
          port   | 70000   | does not match the pattern ^([1-9]
          port   | 65536   | does not match the pattern ^([1-9]
          port   | 80;id   | does not match the pattern ^([1-9]
          port   | 80,81   | must have exactly one value.
          colour | blue    | is none of the allowed values.
          text   | long    | must have 1 to 3 characters.
          text   | ''      | must have 1 to 3 characters.
          hosts  | a,b,c   | must have 0 to 2 items.
          hosts  | a,B     | does not match the pattern [a-z]+.
          hosts  | abcdef  | must have 0 to 5 characters.
          pair   | a       | must have 2 to 2 items.
          loud   | yes     | must be true or false.
          loud   | true,false | must have exactly one value.
          other  | x       | is not defined by document Doc.
          """)
  void valueThatBreaksItsDefinitionIsRefused(String name, String values, String message) {
    Fault fault =
        refusal(document("JSON", PARAMETERS), Map.of(name, List.of(values.split(",", -1))));

    assertThat(fault.message()).startsWith("Parameter \"" + name + "\" ").contains(message);
  }

  @Test
  void missingAndExtraParametersAreRefused() {
    SessionDocument document = document("YAML", REQUIRED);

    assertThat(refusal(document, Map.of()).message())
        .isEqualTo("Parameter \"command\" requires a value.");
    assertThat(refusal(document, Map.of("Command", List.of("ls"))).message())
        .isEqualTo("Parameter \"Command\" is not defined by document Doc.");
    assertThat(refusal(document, Map.of("command", List.of())).message())
        .isEqualTo("Parameter \"command\" must have exactly one value.");
    assertThat(document.bind(Map.of("command", List.of("ls"))).members())
        .containsExactly(Map.entry("command", "ls"));
  }

  @Test
  void documentAndParametersShareTheQuota() {
    SessionDocument document = document("YAML", REQUIRED);
    String half = "x".repeat(40_000);

    assertThat(document.bind(Map.of("command", List.of(half))).members()).hasSize(1);
    assertThat(refusal(document, Map.of("command", List.of("\"".repeat(40_000)))).message())
        .contains("64 KB");
  }

  @Test
  void inputsThatTheServiceObeysAreFilledAndTheNodesAreLeft() {
    SessionDocument document = document("JSON", PARAMETERS);

    SessionDocument filled =
        document.filled(document.bind(Map.of("idle", List.of("30"), "most", List.of("20"))));

    JsonObject inputs = filled.content().inputs();
    assertThat(inputs.value("idleSessionTimeout")).isEqualTo("30");
    assertThat(filled.maxSessionDuration()).isEqualTo("120");
    assertThat(inputs.value("s3KeyPrefix")).isEqualTo("{{ text }}");
  }

  @Test
  void parameterThatMakesATimeoutOfNoMinutesIsRefused() {
    SessionDocument document = document("JSON", PARAMETERS);
    for (String bad : List.of("0", "61", "never", "{{ most }}")) {
      JsonObject bound = document.bind(Map.of("idle", List.of(bad)));

      Fault fault = catchThrowableOfType(Fault.class, () -> document.filled(bound));

      assertThat(fault).as(bad).isNotNull();
      assertThat(fault.code()).isEqualTo("InvalidParameters");
    }
  }
}
