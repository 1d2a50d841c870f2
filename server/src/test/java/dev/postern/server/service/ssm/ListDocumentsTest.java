package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.postern.aws.Fault;
import dev.postern.server.service.NextToken;
import dev.postern.server.store.DocumentShare;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ssm.model.DocumentFilter;
import software.amazon.awssdk.services.ssm.model.DocumentIdentifier;
import software.amazon.awssdk.services.ssm.model.DocumentKeyValuesFilter;
import software.amazon.awssdk.services.ssm.model.DocumentVersionInfo;
import software.amazon.awssdk.services.ssm.model.ListDocumentVersionsRequest;
import software.amazon.awssdk.services.ssm.model.ListDocumentVersionsResponse;
import software.amazon.awssdk.services.ssm.model.ListDocumentsRequest;
import software.amazon.awssdk.services.ssm.model.ListDocumentsResponse;

class ListDocumentsTest extends DocumentScene {
  @BeforeEach
  void makeDocuments() {
    create(
        newDocument("Tunnel-One")
            .content(content("Reaches the database"))
            .targetType("/AWS::EC2::Instance")
            .tags(tag("team", "x"), tag("stage", "production")));
    create(newDocument("Tunnel-Two").displayName("Spare").tags(tag("team", "y")));
    create("Zebra");
    ssm.store
        .documentShares()
        .change("Zebra", List.of(new DocumentShare(DocumentShare.ALL, "$DEFAULT")), List.of());
  }

  private ListDocumentsResponse list(ListDocumentsRequest.Builder request) {
    return ssm.run(new ListDocuments(ssm.parts), request.build());
  }

  private static List<String> names(ListDocumentsResponse response) {
    return response.documentIdentifiers().stream().map(DocumentIdentifier::name).toList();
  }

  private List<String> filtered(String key, String... values) {
    return names(list(ListDocumentsRequest.builder().filters(filter(key, values))));
  }

  private static DocumentKeyValuesFilter filter(String key, String... values) {
    return DocumentKeyValuesFilter.builder().key(key).values(values).build();
  }

  @Test
  void ownAndShippedDocumentsAreListedByName() {
    List<DocumentIdentifier> all = list(ListDocumentsRequest.builder()).documentIdentifiers();

    assertThat(all).extracting(DocumentIdentifier::name).isSorted();
    assertThat(all)
        .extracting(DocumentIdentifier::name)
        .contains(SHIPPED, PREFERENCES, "Tunnel-One", "Tunnel-Two", "Zebra");
    assertThat(all.getFirst().owner()).isEqualTo("Amazon");
    DocumentIdentifier own = all.get(all.size() - 3);
    assertThat(own.owner()).isEqualTo("123456789012");
    assertThat(own.documentVersion()).isEqualTo("1");
    assertThat(own.documentTypeAsString()).isEqualTo("Session");
    assertThat(own.schemaVersion()).isEqualTo("1.0");
    assertThat(own.targetType()).isEqualTo("/AWS::EC2::Instance");
    assertThat(own.platformTypesAsStrings()).containsExactly("Windows", "Linux", "MacOS");
    assertThat(own.tags()).containsExactly(tag("team", "x"), tag("stage", "production"));
  }

  @Test
  void defaultVersionIsTheOneThatIsListed() {
    update("Zebra", "second");

    assertThat(list(ListDocumentsRequest.builder().filters(filter("Name", "Zebra"))))
        .extracting(ListDocumentsResponse::documentIdentifiers)
        .extracting(List::getFirst)
        .extracting(DocumentIdentifier::documentVersion)
        .isEqualTo("1");
  }

  @Test
  void eachKeyFilters() {
    assertThat(filtered("Name", "Tunnel")).containsExactly("Tunnel-One", "Tunnel-Two");
    assertThat(filtered("Name", "Zeb", "Tunnel-O")).containsExactly("Tunnel-One", "Zebra");
    assertThat(filtered("Owner", "Self"))
        .containsExactly(PREFERENCES, "Tunnel-One", "Tunnel-Two", "Zebra");
    assertThat(filtered("Owner", "Amazon"))
        .contains(SHIPPED)
        .allMatch(name -> name.startsWith("AWS-"));
    assertThat(filtered("Owner", "Public")).containsExactly("Zebra");
    assertThat(filtered("Owner", "Private"))
        .containsExactly(PREFERENCES, "Tunnel-One", "Tunnel-Two");
    assertThat(filtered("Owner", "ThirdParty")).isEmpty();
    assertThat(filtered("Owner", "All")).contains(SHIPPED, "Zebra");
    assertThat(filtered("PlatformTypes", "Linux")).contains(SHIPPED, "Zebra");
    assertThat(filtered("DocumentType", "Session", "Command")).contains(SHIPPED, "Zebra");
    assertThat(filtered("DocumentType", "Command")).isEmpty();
    assertThat(filtered("TargetType", "/AWS::EC2::Instance")).containsExactly("Tunnel-One");
    assertThat(filtered("tag:team", "x", "y")).containsExactly("Tunnel-One", "Tunnel-Two");
    assertThat(filtered("tag:Team", "x")).isEmpty();
    assertThat(filtered("SearchKeyword", "DATABASE")).containsExactly("Tunnel-One");
    assertThat(filtered("SearchKeyword", "spare", "zeb")).containsExactly("Tunnel-Two", "Zebra");
  }

  @Test
  void allFiltersMustHold() {
    assertThat(
            names(
                list(
                    ListDocumentsRequest.builder()
                        .filters(
                            filter("Name", "Tunnel"),
                            filter("Owner", "Self"),
                            filter("tag:stage", "production")))))
        .containsExactly("Tunnel-One");
    assertThat(
            names(
                list(
                    ListDocumentsRequest.builder()
                        .documentFilterList(
                            DocumentFilter.builder().key("Owner").value("Self").build(),
                            DocumentFilter.builder().key("Name").value("Z").build()))))
        .containsExactly("Zebra");
  }

  @ParameterizedTest
  @CsvSource({
    "Size, 1, InvalidFilterKey",
    "tag:, x, InvalidFilterKey",
    "name, Z, InvalidFilterKey",
    "Owner, Me, ValidationException",
    "PlatformTypes, BeOS, ValidationException",
    "DocumentType, Novel, ValidationException"
  })
  void filtersThatMeanNothingAreRefused(String key, String value, String code) {
    refusal(code, () -> filtered(key, value));
  }

  @Test
  void filtersThatContradictTheApiAreRefused() {
    assertThat(refusal("ValidationException", () -> filtered("Owner", "Self", "Amazon")).message())
        .contains("Only one Owner");
    refusal("ValidationException", () -> filtered("Name"));
    refusal("ValidationException", () -> filtered("Name", "x".repeat(257)));
    refusal(
        "ValidationException",
        () ->
            list(
                ListDocumentsRequest.builder()
                    .filters(filter("Owner", "Self"))
                    .documentFilterList(
                        DocumentFilter.builder().key("Owner").value("Self").build())));
    refusal(
        "ValidationException",
        () ->
            list(
                ListDocumentsRequest.builder()
                    .documentFilterList(
                        DocumentFilter.builder().key("TargetType").value("x").build())));
    refusal("ValidationException", () -> list(ListDocumentsRequest.builder().maxResults(51)));
    refusal("ValidationException", () -> list(ListDocumentsRequest.builder().maxResults(0)));
  }

  @Test
  void pagesFollowEachOtherAndLeaveNothingOut() {
    List<String> all = names(list(ListDocumentsRequest.builder()));
    List<String> paged = new ArrayList<>();
    String token = null;
    do {
      ListDocumentsResponse page =
          list(ListDocumentsRequest.builder().maxResults(2).nextToken(token));
      assertThat(page.documentIdentifiers()).hasSizeBetween(1, 2);
      paged.addAll(names(page));
      token = page.nextToken();
    } while (token != null);

    assertThat(paged).isEqualTo(all);
  }

  @Test
  void tokenIsGoodForItsOwnQueryOnly() {
    String token = list(ListDocumentsRequest.builder().maxResults(2)).nextToken();

    refusal("InvalidNextToken", () -> list(ListDocumentsRequest.builder().nextToken(token + "x")));
    refusal(
        "InvalidNextToken",
        () ->
            list(ListDocumentsRequest.builder().nextToken(token).filters(filter("Owner", "Self"))));
    refusal(
        "InvalidNextToken",
        () -> versions(ListDocumentVersionsRequest.builder().name("Zebra").nextToken(token)));
    String foreign = new NextToken(new byte[] {1}).seal("ListDocuments[]", "A");
    refusal("InvalidNextToken", () -> list(ListDocumentsRequest.builder().nextToken(foreign)));
  }

  private ListDocumentVersionsResponse versions(ListDocumentVersionsRequest.Builder request) {
    return ssm.run(new ListDocumentVersions(ssm.parts), request.build());
  }

  @Test
  void versionsAreListedNewestFirstInPages() {
    update("Zebra", "second");
    update("Zebra", "third");

    ListDocumentVersionsResponse first =
        versions(ListDocumentVersionsRequest.builder().name("Zebra").maxResults(2));
    ListDocumentVersionsResponse second =
        versions(
            ListDocumentVersionsRequest.builder()
                .name("Zebra")
                .maxResults(2)
                .nextToken(first.nextToken()));

    assertThat(first.documentVersions())
        .extracting(DocumentVersionInfo::documentVersion)
        .containsExactly("3", "2");
    assertThat(second.documentVersions())
        .extracting(DocumentVersionInfo::documentVersion)
        .containsExactly("1");
    assertThat(second.nextToken()).isNull();
    DocumentVersionInfo oldest = second.documentVersions().getFirst();
    assertThat(oldest.isDefaultVersion()).isTrue();
    assertThat(oldest.name()).isEqualTo("Zebra");
    assertThat(oldest.statusAsString()).isEqualTo("Active");
    assertThat(first.documentVersions())
        .extracting(DocumentVersionInfo::isDefaultVersion)
        .containsExactly(false, false);
    Fault foreign =
        refusal(
            "InvalidNextToken",
            () ->
                versions(
                    ListDocumentVersionsRequest.builder()
                        .name("Tunnel-One")
                        .nextToken(first.nextToken())));
    assertThat(foreign.message()).isEqualTo("The specified token isn't valid.");
  }

  @Test
  void shippedDocumentHasOneVersion() {
    assertThat(
            versions(
                    ListDocumentVersionsRequest.builder()
                        .name("arn:aws:ssm:us-east-1::document/" + SHIPPED))
                .documentVersions())
        .extracting(DocumentVersionInfo::documentVersion, DocumentVersionInfo::isDefaultVersion)
        .containsExactly(tuple("1", true));
    refusal("InvalidDocument", () -> versions(ListDocumentVersionsRequest.builder().name("Other")));
  }
}
