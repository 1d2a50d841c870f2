package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ssm.model.DocumentDescription;
import software.amazon.awssdk.services.ssm.model.GetDocumentRequest;
import software.amazon.awssdk.services.ssm.model.GetDocumentResponse;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentDefaultVersionRequest;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentRequest;

class UpdateDocumentTest extends DocumentScene {
  private GetDocumentResponse get(GetDocumentRequest.Builder request) {
    return ssm.run(new GetDocument(ssm.parts), request.build());
  }

  private String text(String name, String version) {
    return get(GetDocumentRequest.builder().name(name).documentVersion(version)).content();
  }

  private void setDefault(String name, String version) {
    ssm.run(
        new UpdateDocumentDefaultVersion(ssm.parts),
        UpdateDocumentDefaultVersionRequest.builder().name(name).documentVersion(version).build());
  }

  @Test
  void newVersionIsTheLatestOneAndTheDefaultOneStays() {
    create("Doc");

    DocumentDescription made = update("Doc", "second");

    assertThat(made.statusAsString()).isEqualTo("Updating");
    assertThat(made.documentVersion()).isEqualTo("2");
    assertThat(made.latestVersion()).isEqualTo("2");
    assertThat(made.defaultVersion()).isEqualTo("1");
    assertThat(made.hash()).isNotEqualTo(describe("Doc").hash());
    assertThat(describe("Doc", "$LATEST").hash()).isEqualTo(made.hash());
    assertThat(text("Doc", "$DEFAULT")).isEqualTo(content("first"));
    assertThat(text("Doc", "2")).isEqualTo(content("second"));
  }

  @Test
  void onlyTheNewestVersionIsUpdated() {
    create("Doc");
    update("Doc", "second");

    for (String version : new String[] {"1", "3", "$DEFAULT", null}) {
      Fault fault =
          refusal(
              "InvalidDocumentVersion",
              () ->
                  update(
                      UpdateDocumentRequest.builder()
                          .name("Doc")
                          .documentVersion(version)
                          .content(content("third"))));
      assertThat(fault.message())
          .isEqualTo(
              "Version provided for document Doc is not latest. Please provide the latest version"
                  + " to update document Doc");
    }
    assertThat(
            update(
                    UpdateDocumentRequest.builder()
                        .name("Doc")
                        .documentVersion("2")
                        .content(content("third")))
                .documentVersion())
        .isEqualTo("3");
  }

  @Test
  void contentThatSaysTheSameInOtherWordsIsADuplicate() {
    create("Doc");
    String reordered =
        "inputs: {}\nsessionType: Standard_Stream\ndescription: first\nschemaVersion: '1.0'\n";

    Fault fault =
        refusal(
            "DuplicateDocumentContent",
            () ->
                update(
                    UpdateDocumentRequest.builder()
                        .name("Doc")
                        .documentVersion("$LATEST")
                        .documentFormat("YAML")
                        .content(reordered)));

    assertThat(fault.message())
        .isEqualTo(
            "The content of the association document matches another document. Change the content"
                + " of the document and try again.");
    update("Doc", "second");
    assertThat(update("Doc", "first").documentVersion())
        .as("only the newest version is compared")
        .isEqualTo("3");
  }

  @Test
  void labelsThatACallDoesNotGiveStayAndVersionNamesAreUnique() {
    create(
        newDocument("Doc").displayName("Shown").targetType("/AWS::EC2::Instance").versionName("a"));

    DocumentDescription second = update("Doc", "second");

    assertThat(second.displayName()).isEqualTo("Shown");
    assertThat(second.targetType()).isEqualTo("/AWS::EC2::Instance");
    assertThat(second.versionName()).isNull();
    Fault fault =
        refusal(
            "DuplicateDocumentVersionName",
            () ->
                update(
                    UpdateDocumentRequest.builder()
                        .name("Doc")
                        .documentVersion("$LATEST")
                        .versionName("a")
                        .content(content("third"))));
    assertThat(fault.message()).startsWith("The version name has already been used");
    assertThat(describe("Doc").latestVersion()).isEqualTo("2");
  }

  @Test
  void unknownAndShippedDocumentsAreNotUpdated() {
    assertThat(refusal("InvalidDocument", () -> update("Doc", "second")).message())
        .isEqualTo("Document with name Doc does not exist.");
    assertThat(refusal("AccessDeniedException", () -> update(SHIPPED, "second")).message())
        .isEqualTo(
            "User: arn:aws:iam::123456789012:user/admin is not authorized to perform:"
                + " ssm:UpdateDocument on resource: arn:aws:ssm:us-east-1::document/"
                + SHIPPED);
    refusal("AccessDeniedException", () -> setDefault(SHIPPED, "1"));
  }

  @Test
  void badContentChangesNothing() {
    create("Doc");

    refusal(
        "InvalidDocumentContent",
        () ->
            update(
                UpdateDocumentRequest.builder()
                    .name("Doc")
                    .documentVersion("$LATEST")
                    .content("{}")));

    assertThat(describe("Doc").latestVersion()).isEqualTo("1");
  }

  @Test
  void updatesAtOnceAllGetAVersionOfTheirOwn() throws Exception {
    create("Doc");
    List<Callable<String>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String description = "update " + i;
      calls.add(() -> update("Doc", description).documentVersion());
    }

    List<String> versions = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> made : threads.invokeAll(calls)) {
        versions.add(made.get());
      }
    }

    assertThat(versions).containsExactlyInAnyOrder("2", "3", "4", "5", "6", "7", "8", "9");
  }

  @Test
  void defaultVersionIsMovedByNumber() {
    create(newDocument("Doc").versionName("one"));
    update("Doc", "second");

    var answer =
        ssm.run(
            new UpdateDocumentDefaultVersion(ssm.parts),
            UpdateDocumentDefaultVersionRequest.builder().name("Doc").documentVersion("2").build());

    assertThat(answer.description().name()).isEqualTo("Doc");
    assertThat(answer.description().defaultVersion()).isEqualTo("2");
    assertThat(answer.description().defaultVersionName()).isNull();
    assertThat(text("Doc", "$DEFAULT")).isEqualTo(content("second"));
    refusal("InvalidDocumentVersion", () -> setDefault("Doc", "3"));
    refusal("InvalidDocument", () -> setDefault("Other", "1"));
    refusal("ValidationException", () -> setDefault("Doc", "$LATEST"));
  }

  @Test
  void documentIsGotInEitherFormatAndAsItWasGiven() {
    String yaml = "schemaVersion: '1.0'   # as given\nsessionType: Standard_Stream\ninputs: {}\n";
    create(newDocument("Doc").documentFormat("YAML").content(yaml).versionName("v1"));
    var request = GetDocumentRequest.builder().name("Doc");

    assertThat(get(request.documentFormat("YAML")).content()).isEqualTo(yaml);
    assertThat(get(request.documentFormat("TEXT")).content()).isEqualTo(yaml);
    GetDocumentResponse json = get(request.documentFormat((String) null));
    assertThat(json.documentFormatAsString()).isEqualTo("JSON");
    assertThat(json.content())
        .isEqualTo("{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":{}}");
    assertThat(json.versionName()).isEqualTo("v1");
    assertThat(json.documentTypeAsString()).isEqualTo("Session");
    assertThat(get(GetDocumentRequest.builder().name(SHIPPED).documentFormat("YAML")).content())
        .startsWith("schemaVersion: '1.0'\n");
  }

  @Test
  void versionIsNamedByNumberOrByItsName() {
    create(newDocument("Doc").versionName("one"));
    update("Doc", "second");
    var request = GetDocumentRequest.builder().name("Doc").versionName("one");

    assertThat(get(request).documentVersion()).isEqualTo("1");
    assertThat(get(request.documentVersion("1")).documentVersion()).isEqualTo("1");
    refusal("InvalidDocumentVersion", () -> get(request.documentVersion("2")));
    refusal(
        "InvalidDocumentVersion",
        () -> get(GetDocumentRequest.builder().name("Doc").versionName("two")));
    refusal(
        "InvalidDocumentVersion",
        () -> get(GetDocumentRequest.builder().name("Doc").documentVersion("3")));
    refusal(
        "InvalidDocument",
        () -> get(GetDocumentRequest.builder().name("Other").versionName("one")));
    refusal(
        "InvalidDocumentVersion",
        () -> get(GetDocumentRequest.builder().name(SHIPPED).documentVersion("2")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:ssm:us-east-1:111122223333:document/Doc",
        "arn:aws:ssm:eu-west-1:123456789012:document/Doc",
        "arn:aws:ssm:us-east-1::document/Doc",
        "arn:aws:ssm:us-east-1:123456789012:document/arn:aws:x/Doc"
      })
  void documentsOfOthersAreUnknown(String arn) {
    create("Doc");

    refusal("InvalidDocument", () -> describe(arn));
    assertThat(describe("arn:aws:ssm:us-east-1:123456789012:document/Doc").name()).isEqualTo("Doc");
  }

  @Test
  void policiesSeeTheTagsThatADocumentHas() {
    create("Doc", tag("team", "x"));
    var request = UpdateDocumentRequest.builder().name("Doc").content("{}").build();

    Question question =
        new UpdateDocument(ssm.parts).question(request, SystemsManagerFixture.administrator());

    assertThat(question.checks().getFirst().conditionKeys())
        .containsEntry("aws:ResourceTag/team", List.of("x"))
        .containsEntry("ssm:resourceTag/team", List.of("x"));
  }

  @Test
  void shippedDocumentsAreDescribedWithTheirParameters() {
    DocumentDescription shipped = describe("arn:aws:ssm:us-east-1::document/" + SHIPPED);

    assertThat(shipped.owner()).isEqualTo("Amazon");
    assertThat(shipped.documentVersion()).isEqualTo("1");
    assertThat(shipped.parameters()).hasSize(1);
    assertThat(shipped.parameters().getFirst().name()).isEqualTo("portNumber");
    assertThat(shipped.parameters().getFirst().defaultValue()).isEqualTo("22");
  }
}
