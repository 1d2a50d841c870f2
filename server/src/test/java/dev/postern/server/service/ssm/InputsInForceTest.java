package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentRecord;
import dev.postern.wire.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InputsInForceTest {
  private static final SessionDocument PREFERENCES =
      document(
          """
          {"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{
           "kmsKeyId":"alias/sessions","runAsEnabled":true,"runAsDefaultUser":"operator",
           "s3BucketName":"logs","shellProfile":{"linux":"exec bash -l","windows":""}}}
          """);

  private static SessionDocument document(String content) {
    return SessionDocument.of(
        new DocumentRecord(
            "Doc",
            "Session",
            1,
            DocumentLabels.of("JSON", Optional.empty()),
            content,
            1,
            1,
            Instant.EPOCH,
            Map.of()),
        false);
  }

  private static JsonObject inputs(String content) {
    return InputsInForce.of(document(content), PREFERENCES).inputs();
  }

  @Test
  void commandOfADocumentWithoutInputsRunsUnderTheAccountsPreferences() {
    for (String type : new String[] {"InteractiveCommands", "NonInteractiveCommands"}) {
      JsonObject inForce =
          inputs(
              """
              {"schemaVersion":"1.0","sessionType":"%s","properties":{"linux":{"commands":"id"}}}
              """
                  .formatted(type));

      assertThat(inForce).isEqualTo(PREFERENCES.content().inputs());
    }
  }

  @Test
  void documentThatSaysWhatItWantsGetsThatAlone() {
    JsonObject inForce =
        inputs(
            """
            {"schemaVersion":"1.0","sessionType":"Standard_Stream",
             "inputs":{"runAsEnabled":false}}
            """);

    assertThat(inForce.members()).containsOnly(Map.entry("runAsEnabled", false));
  }

  @Test
  void portSessionIsNeitherRecordedNorRunAsAnyone() {
    JsonObject inForce =
        inputs(
            """
            {"schemaVersion":"1.0","sessionType":"Port","properties":{"portNumber":"22"}}
            """);

    assertThat(inForce.members()).isEmpty();
  }

  @Test
  void parametersOfThePreferencesAreFilledWithTheirDefaults() throws Exception {
    SessionDocument preferences =
        document(
            """
            {"schemaVersion":"1.0","sessionType":"Standard_Stream",
             "parameters":{"user":{"type":"String","default":"operator"}},
             "inputs":{"runAsEnabled":true,"runAsDefaultUser":"{{ user }}",
              "shellProfile":{"linux":"echo {{ user }} {{ command }}"}}}
            """);
    SessionDocument command =
        document(
            """
            {"schemaVersion":"1.0","sessionType":"InteractiveCommands",
             "parameters":{"command":{"type":"String"}},
             "properties":{"linux":{"commands":"{{ command }}"}}}
            """);

    JsonObject inForce = InputsInForce.of(command, preferences).inputs();

    assertThat(inForce.value("runAsDefaultUser")).isEqualTo("operator");
    assertThat(inForce.objectOrEmpty("shellProfile").value("linux"))
        .isEqualTo("echo operator {{ command }}");
  }

  @Test
  void preferencesThatNeedAParameterRefuseWhoCannotGiveIt() {
    SessionDocument preferences =
        document(
            """
            {"schemaVersion":"1.0","sessionType":"Standard_Stream",
             "parameters":{"user":{"type":"String"}},
             "inputs":{"runAsEnabled":true,"runAsDefaultUser":"{{ user }}"}}
            """);
    SessionDocument command =
        document(
            """
            {"schemaVersion":"1.0","sessionType":"InteractiveCommands",
             "properties":{"linux":{"commands":"id"}}}
            """);

    assertThatThrownBy(() -> InputsInForce.of(command, preferences))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("InvalidParameters"));
  }
}
