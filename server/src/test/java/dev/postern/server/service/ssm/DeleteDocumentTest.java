package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.DocumentShare;
import dev.postern.server.store.DocumentShares;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ssm.model.AccountSharingInfo;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.ssm.model.DeleteDocumentRequest;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentPermissionRequest;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentPermissionResponse;
import software.amazon.awssdk.services.ssm.model.ModifyDocumentPermissionRequest;
import software.amazon.awssdk.services.ssm.model.UpdateDocumentRequest;

class DeleteDocumentTest extends DocumentScene {
  private static final String OTHER = "111122223333";

  private void delete(DeleteDocumentRequest.Builder request) {
    ssm.run(new DeleteDocument(ssm.parts), request.build());
  }

  private void delete(String name) {
    delete(DeleteDocumentRequest.builder().name(name));
  }

  private void deleteVersion(String name, String version) {
    delete(DeleteDocumentRequest.builder().name(name).documentVersion(version));
  }

  private void modify(ModifyDocumentPermissionRequest.Builder request) {
    ssm.run(new ModifyDocumentPermission(ssm.parts), request.build());
  }

  private static ModifyDocumentPermissionRequest.Builder share(String name) {
    return ModifyDocumentPermissionRequest.builder().name(name).permissionType("Share");
  }

  private DescribeDocumentPermissionResponse permissions(
      DescribeDocumentPermissionRequest.Builder request) {
    return ssm.run(
        new DescribeDocumentPermission(ssm.parts), request.permissionType("Share").build());
  }

  private List<String> accounts(String name) {
    return permissions(DescribeDocumentPermissionRequest.builder().name(name)).accountIds();
  }

  @Test
  void allVersionsGoWhereNoneIsNamed() {
    create("Doc", tag("team", "x"));
    update("Doc", "second");

    delete("Doc");

    refusal("InvalidDocument", () -> describe("Doc"));
    refusal("InvalidDocument", () -> delete("Doc"));
    assertThat(create("Doc").tags()).as("nothing of the old one is left").isEmpty();
  }

  @Test
  void oneVersionGoesWhereItIsNamed() {
    create("Doc");
    update("Doc", "second");
    update(
        UpdateDocumentRequest.builder()
            .name("Doc")
            .documentVersion("2")
            .versionName("three")
            .content(content("third")));

    delete(DeleteDocumentRequest.builder().name("Doc").versionName("three"));
    deleteVersion("Doc", "$LATEST");

    assertThat(describe("Doc").latestVersion()).isEqualTo("1");
    assertThat(update("Doc", "fourth").documentVersion()).isEqualTo("4");
  }

  @Test
  void defaultVersionStays() {
    create("Doc");
    update("Doc", "second");

    for (String version : List.of("1", "$DEFAULT")) {
      assertThat(refusal("InvalidDocumentOperation", () -> deleteVersion("Doc", version)).message())
          .isEqualTo("Default version of the document can't be deleted.");
    }
    refusal("InvalidDocumentVersion", () -> deleteVersion("Doc", "3"));
    refusal(
        "InvalidDocumentVersion",
        () -> delete(DeleteDocumentRequest.builder().name("Doc").versionName("none")));
    assertThat(describe("Doc").latestVersion()).isEqualTo("2");
  }

  @Test
  void shippedDocumentsStay() {
    refusal("AccessDeniedException", () -> delete(SHIPPED));
    refusal("AccessDeniedException", () -> deleteVersion(SHIPPED, "1"));
    refusal("AccessDeniedException", () -> modify(share(SHIPPED).accountIdsToAdd(OTHER)));
    refusal("AccessDeniedException", () -> accounts(SHIPPED));
    refusal(
        "InvalidResourceId",
        () ->
            ssm.run(
                new AddTagsToResource(ssm.parts),
                AddTagsToResourceRequest.builder()
                    .resourceType("Document")
                    .resourceId(SHIPPED)
                    .tags(tag("k", "v"))
                    .build()));

    assertThat(describe(SHIPPED).statusAsString()).isEqualTo("Active");
  }

  @Test
  void sharedDocumentStaysUntilItIsNotSharedAnyMore() {
    create("Doc");
    update("Doc", "second");
    modify(share("Doc").accountIdsToAdd(OTHER));

    assertThat(refusal("InvalidDocumentOperation", () -> delete("Doc")).message())
        .startsWith("You attempted to delete a document while it is still shared.");
    refusal("InvalidDocumentOperation", () -> deleteVersion("Doc", "2"));

    modify(share("Doc").accountIdsToRemove(OTHER));
    delete("Doc");
  }

  @Test
  void accountsAreAddedWithAVersionAndRemoved() {
    create("Doc");

    modify(share("Doc").accountIdsToAdd(OTHER, "444455556666"));
    modify(share("Doc").accountIdsToAdd("All").sharedDocumentVersion("$LATEST"));

    assertThat(accounts("Doc")).containsExactly(OTHER, "444455556666", "all");
    assertThat(
            permissions(DescribeDocumentPermissionRequest.builder().name("Doc"))
                .accountSharingInfoList())
        .extracting(AccountSharingInfo::sharedDocumentVersion)
        .containsExactly("$DEFAULT", "$DEFAULT", "$LATEST");

    modify(share("Doc").accountIdsToAdd(OTHER).accountIdsToRemove(OTHER, "ALL"));

    assertThat(accounts("Doc")).containsExactly("444455556666");
  }

  @Test
  void permissionsThatCannotBeAreRefused() {
    create("Doc");

    refusal("ValidationException", () -> modify(share("Doc")));
    refusal("ValidationException", () -> modify(share("Doc").accountIdsToAdd("12345")));
    refusal("ValidationException", () -> modify(share("Doc").accountIdsToAdd("everybody")));
    refusal(
        "ValidationException",
        () -> modify(share("Doc").accountIdsToAdd(OTHER).permissionType("Own")));
    refusal(
        "ValidationException",
        () -> modify(share("Doc").accountIdsToAdd(OTHER).sharedDocumentVersion("2")));
    List<String> many =
        IntStream.rangeClosed(0, ModifyDocumentPermission.ACCOUNTS_MAX)
            .mapToObj("%012d"::formatted)
            .toList();
    refusal("ValidationException", () -> modify(share("Doc").accountIdsToAdd(many)));
    refusal("InvalidDocument", () -> modify(share("Other").accountIdsToAdd(OTHER)));
    refusal("InvalidDocument", () -> accounts("Other"));
    assertThat(accounts("Doc")).isEmpty();
  }

  @Test
  void sharingHasAwsQuotas() {
    create("Doc");
    ssm.store
        .documentShares()
        .change(
            "Doc",
            IntStream.range(0, DocumentShares.ACCOUNTS_MAX)
                .mapToObj(i -> new DocumentShare("%012d".formatted(i), "$DEFAULT"))
                .toList(),
            List.of());
    refusal("DocumentPermissionLimit", () -> modify(share("Doc").accountIdsToAdd("999999999999")));

    for (int i = 0; i < DocumentShares.PUBLIC_MAX; i++) {
      create("Public-" + i);
      modify(share("Public-" + i).accountIdsToAdd("all"));
    }
    create("Another");
    refusal("DocumentLimitExceeded", () -> modify(share("Another").accountIdsToAdd("all")));
  }

  @Test
  void permissionsAreToldInPages() {
    create("Doc");
    List<String> all = IntStream.range(0, 45).mapToObj("%012d"::formatted).toList();
    for (int from = 0; from < all.size(); from += 15) {
      modify(share("Doc").accountIdsToAdd(all.subList(from, from + 15)));
    }

    List<String> paged = new ArrayList<>();
    String token = null;
    do {
      DescribeDocumentPermissionResponse page =
          permissions(
              DescribeDocumentPermissionRequest.builder()
                  .name("Doc")
                  .maxResults(200)
                  .nextToken(token));
      assertThat(page.accountIds())
          .hasSizeLessThanOrEqualTo(DescribeDocumentPermission.PAGE_SIZE_MAX);
      paged.addAll(page.accountIds());
      token = page.nextToken();
    } while (token != null);

    assertThat(paged).isEqualTo(all);
    refusal(
        "InvalidNextToken",
        () ->
            permissions(
                DescribeDocumentPermissionRequest.builder().name("Doc").nextToken("invented")));
  }

  @Test
  void preferencesCanBeDeletedAndMadeAgain() {
    delete(PREFERENCES);

    refusal("InvalidDocument", () -> describe(PREFERENCES));
    refusal("InvalidDocument", () -> update(PREFERENCES, "second"));
    assertThat(create(PREFERENCES).documentVersion()).isEqualTo("1");
  }
}
