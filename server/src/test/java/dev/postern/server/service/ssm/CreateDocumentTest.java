package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.Documents;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ssm.model.AttachmentsSource;
import software.amazon.awssdk.services.ssm.model.CreateDocumentRequest;
import software.amazon.awssdk.services.ssm.model.DocumentDescription;
import software.amazon.awssdk.services.ssm.model.DocumentParameter;

class CreateDocumentTest extends DocumentScene {
  private static final String WITH_PARAMETERS =
      """
      schemaVersion: '1.0'
      description: One command
      sessionType: InteractiveCommands
      parameters:
        command:
          type: String
          description: What to run
        hosts:
          type: StringList
          default: [a, b]
        loud:
          type: Boolean
          default: true
      properties:
        linux:
          commands: '{{ command }} {{ hosts }} {{ loud }}'
      """;

  @Test
  void answerTellsEverythingAndDescribeDocumentTheSame() {
    DocumentDescription made =
        create(
            newDocument("Own.Document_1")
                .content(WITH_PARAMETERS)
                .documentFormat("YAML")
                .versionName("v.1")
                .displayName("One command: a/b")
                .targetType("/AWS::EC2::Instance")
                .tags(tag("team", "x"), tag("stage", "")));

    assertThat(made.statusAsString()).isEqualTo("Creating");
    assertThat(made.hash()).matches("[0-9a-f]{64}");
    assertThat(made.hashTypeAsString()).isEqualTo("Sha256");
    assertThat(made.owner()).isEqualTo("123456789012");
    assertThat(made.description()).isEqualTo("One command");
    assertThat(made.documentVersion()).isEqualTo("1");
    assertThat(made.latestVersion()).isEqualTo("1");
    assertThat(made.defaultVersion()).isEqualTo("1");
    assertThat(made.schemaVersion()).isEqualTo("1.0");
    assertThat(made.documentTypeAsString()).isEqualTo("Session");
    assertThat(made.documentFormatAsString()).isEqualTo("YAML");
    assertThat(made.platformTypesAsStrings()).containsExactly("Windows", "Linux", "MacOS");
    assertThat(made.tags()).containsExactly(tag("team", "x"), tag("stage", ""));
    assertThat(made.parameters())
        .extracting(
            DocumentParameter::name,
            DocumentParameter::typeAsString,
            DocumentParameter::defaultValue)
        .containsExactly(
            tuple("command", "String", null),
            tuple("hosts", "StringList", "[\"a\",\"b\"]"),
            tuple("loud", "Boolean", "true"));
    assertThat(describe("Own.Document_1").toBuilder().createdDate(null).build())
        .isEqualTo(made.toBuilder().status("Active").createdDate(null).build());
  }

  @Test
  void nameIsTakenOnce() {
    create("Own-Document");

    assertThat(refusal("DocumentAlreadyExists", () -> create("Own-Document")).message())
        .isEqualTo("Document with same name Own-Document already exists");
    refusal("DocumentAlreadyExists", () -> create(PREFERENCES));
  }

  @ParameterizedTest
  @ValueSource(strings = {"AWS-StartSSHSession", "aws-mine", "AmazonThing", "amzn.x", "AWSEC2-x"})
  void namesThatAwsKeepsAreRefused(String name) {
    assertThat(refusal("ValidationException", () -> create(name)).message())
        .isEqualTo("Invalid document name " + name);
  }

  @Test
  void everythingWrongWithAnInputIsToldAtOnce() {
    Fault fault =
        refusal(
            "ValidationException",
            () ->
                create(
                    CreateDocumentRequest.builder()
                        .name("a b")
                        .versionName("v 1")
                        .displayName("<b>")
                        .targetType("AWS::EC2::Instance")
                        .documentFormat("TEXT")
                        .documentType("Command")
                        .attachments(AttachmentsSource.builder().key("SourceUrl").build())
                        .tags(tag("aws:x", "1"), tag("k", "1"), tag("k", "2"))));

    assertThat(fault.message())
        .startsWith("10 validation errors detected: ")
        .contains(
            "'name'",
            "Value null at 'content'",
            "'versionName'",
            "'displayName'",
            "'targetType'",
            "Value 'TEXT' at 'documentFormat'",
            "Value 'Command' at 'documentType' failed to satisfy constraint: Member must satisfy"
                + " enum value set: [Session]",
            "'attachments'",
            "'tags'",
            "'tags.1.member.key'");
  }

  /** AWS takes Command where a call names no type; those are not run here. */
  @Test
  void documentsOfOtherTypesAreRefused() {
    refusal("ValidationException", () -> create(newDocument("Doc").documentType((String) null)));
    refusal("ValidationException", () -> create(newDocument("Doc").documentType("Automation")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          nonsense                                     | InvalidDocumentContent
          {"schemaVersion":"1.0","sessionType":"Port"} | InvalidDocumentContent
          {"schemaVersion":"2.2","mainSteps":[]}       | InvalidDocumentSchemaVersion
          """)
  void contentThatNoSessionRunsByIsRefusedAndLeavesNothing(String content, String code) {
    refusal(code, () -> create(newDocument("Doc").content(content)));

    refusal("InvalidDocument", () -> describe("Doc"));
  }

  @Test
  void documentIsNotLongerThan64Kilobytes() {
    String tooLong = content("x".repeat(DocumentText.BYTES_MAX));

    refusal("MaxDocumentSizeExceeded", () -> create(newDocument("Doc").content(tooLong)));
  }

  @Test
  void documentHasFiftyTagsAtMost() {
    var tags = IntStream.range(0, 51).mapToObj(i -> tag("k" + i, "v")).toList();

    refusal("TooManyTagsError", () -> create(newDocument("Doc").tags(tags)));
    create(newDocument("Doc").tags(tags.subList(0, 50)));
  }

  @Test
  void accountHasFiveHundredDocumentsAtMost() {
    var filler =
        new Documents.NewDocument(
            "", "Session", DocumentLabels.of("JSON", Optional.empty()), content("x"), Map.of());
    for (int i = 1; i < Documents.DOCUMENTS_MAX; i++) {
      ssm.store
          .documents()
          .create(
              new Documents.NewDocument(
                  "Doc" + i, filler.type(), filler.labels(), filler.content(), filler.tags()),
              ssm.clock.now());
    }

    assertThat(refusal("DocumentLimitExceeded", () -> create("Doc")).message())
        .isEqualTo("You can have at most 500 active SSM documents.");
  }

  @Test
  void policiesSeeTheTagsThatACallGives() {
    Question question =
        new CreateDocument(ssm.parts)
            .question(
                newDocument("Doc").tags(tag("team", "x")).build(),
                SystemsManagerFixture.administrator());

    assertThat(question.checks()).hasSize(1);
    assertThat(question.checks().getFirst().resource())
        .isEqualTo("arn:aws:ssm:us-east-1:123456789012:document/Doc");
    assertThat(question.checks().getFirst().conditionKeys())
        .containsEntry("aws:RequestTag/team", List.of("x"))
        .containsEntry("aws:TagKeys", List.of("team"));
  }

  @Test
  void auditEventsTellWhatWasMadeAndNotItsContent() {
    var operation = new CreateDocument(ssm.parts);
    CreateDocumentRequest request = newDocument("Doc").tags(tag("team", "x")).build();

    assertThat(operation.auditParameters(request))
        .containsEntry("name", "Doc")
        .containsEntry("documentType", "Session")
        .containsEntry("tags", List.of(Map.of("key", "team", "value", "x")))
        .doesNotContainKey("content");
    assertThat(operation.auditElements(ssm.run(operation, request)).toString())
        .contains("hash", "documentVersion=1")
        .doesNotContain("Standard_Stream");
  }

  @Test
  void timeOfADocumentIsThatOfTheCall() {
    ssm.clock.advance(Duration.ofDays(1));

    create("Doc");

    assertThat(describe("Doc").createdDate()).isEqualTo(ssm.clock.now());
  }
}
