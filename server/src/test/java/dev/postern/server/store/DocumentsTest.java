package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.Documents.NewDocument;
import dev.postern.server.store.Documents.VersionAdded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  @TempDir Path directory;
  private TestStore test;
  private Store store;

  @BeforeEach
  void open() throws Exception {
    test = new TestStore(directory);
    store = test.open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static NewDocument document(String name, String content, String... versionName) {
    return new NewDocument(
        name,
        "Session",
        new DocumentLabels(
            "YAML",
            Optional.of("about " + name),
            versionName.length == 0 ? Optional.empty() : Optional.of(versionName[0]),
            Optional.of("Shown"),
            Optional.of("/AWS::EC2::Instance")),
        content,
        Map.of("team", "x"));
  }

  private DocumentOutcome create(String name) {
    return store.documents().create(document(name, "first"), test.now());
  }

  private VersionAdded add(String name, long latest, String content, String... versionName) {
    return store.documents().addVersion(document(name, content, versionName), latest, test.now());
  }

  private String content(String name, String version) {
    return store.documents().find(name, version).orElseThrow().content();
  }

  @Test
  void documentIsFoundAsItWasMade() {
    assertThat(create("Doc")).isEqualTo(DocumentOutcome.DONE);

    DocumentRecord found = store.documents().find("Doc", "$DEFAULT").orElseThrow();
    assertThat(found.type()).isEqualTo("Session");
    assertThat(found.labels()).isEqualTo(document("Doc", "first").labels());
    assertThat(found.tags()).containsExactly(Map.entry("team", "x"));
    assertThat(found.version()).isEqualTo(1);
    assertThat(create("Doc")).isEqualTo(DocumentOutcome.NAME_TAKEN);
    assertThat(create("doc")).as("names differ by case").isEqualTo(DocumentOutcome.DONE);
  }

  @Test
  void newVersionIsTheLatestAndNotTheDefaultOne() {
    create("Doc");
    test.advance(Duration.ofSeconds(1));

    assertThat(add("Doc", 1, "second", "v.2")).isEqualTo(new VersionAdded(DocumentOutcome.DONE, 2));

    assertThat(content("Doc", "$LATEST")).isEqualTo("second");
    assertThat(content("Doc", "$DEFAULT")).isEqualTo("first");
    assertThat(store.documents().findNamed("Doc", "v.2").orElseThrow().version()).isEqualTo(2);
    assertThat(store.documents().findNamed("Doc", "v.3")).isEmpty();
    assertThat(store.documents().versions("Doc", Long.MAX_VALUE, 10))
        .extracting(DocumentVersionSummary::version)
        .containsExactly(2L, 1L);
    assertThat(store.documents().versions("Doc", 2, 10))
        .extracting(DocumentVersionSummary::isDefault)
        .containsExactly(true);
  }

  @Test
  void versionIsAddedToTheNewestOneOnly() {
    create("Doc");
    add("Doc", 1, "second", "taken");

    assertThat(add("Doc", 1, "third").outcome()).isEqualTo(DocumentOutcome.NOT_LATEST);
    assertThat(add("Doc", 3, "third").outcome()).isEqualTo(DocumentOutcome.NOT_LATEST);
    assertThat(add("Other", 1, "third").outcome()).isEqualTo(DocumentOutcome.NO_DOCUMENT);
    assertThat(add("Doc", 2, "third", "taken").outcome())
        .isEqualTo(DocumentOutcome.VERSION_NAME_TAKEN);
    assertThat(content("Doc", "$LATEST")).isEqualTo("second");
  }

  @Test
  void defaultVersionMovesToOneThatExists() {
    create("Doc");
    add("Doc", 1, "second");

    assertThat(store.documents().setDefault("Doc", 2)).isEqualTo(DocumentOutcome.DONE);
    assertThat(content("Doc", "$DEFAULT")).isEqualTo("second");
    assertThat(store.documents().setDefault("Doc", 3)).isEqualTo(DocumentOutcome.NO_VERSION);
    assertThat(store.documents().setDefault("Other", 1)).isEqualTo(DocumentOutcome.NO_DOCUMENT);
    assertThat(content("Doc", "$DEFAULT")).isEqualTo("second");
  }

  @Test
  void numberOfADeletedVersionIsNotGivenAgain() {
    create("Doc");
    add("Doc", 1, "second");

    assertThat(store.documents().deleteVersion("Doc", 1)).isEqualTo(DocumentOutcome.IS_DEFAULT);
    assertThat(store.documents().deleteVersion("Doc", 3)).isEqualTo(DocumentOutcome.NO_VERSION);
    assertThat(store.documents().deleteVersion("Doc", 2)).isEqualTo(DocumentOutcome.DONE);

    assertThat(content("Doc", "$LATEST")).isEqualTo("first");
    assertThat(add("Doc", 1, "third").version()).isEqualTo(3);
  }

  @Test
  void deletedDocumentTakesItsVersionsAlong() {
    create("Doc");
    add("Doc", 1, "second");

    assertThat(store.documents().delete("Doc")).isEqualTo(DocumentOutcome.DONE);

    assertThat(store.documents().find("Doc", "$LATEST")).isEmpty();
    assertThat(store.documents().delete("Doc")).isEqualTo(DocumentOutcome.NO_DOCUMENT);
    create("Doc");
    assertThat(store.documents().versions("Doc", Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void sharedDocumentIsNotDeleted() {
    create("Doc");
    add("Doc", 1, "second");
    share("Doc", "111122223333");

    assertThat(store.documents().delete("Doc")).isEqualTo(DocumentOutcome.SHARED);
    assertThat(store.documents().deleteVersion("Doc", 2)).isEqualTo(DocumentOutcome.SHARED);

    store.documentShares().change("Doc", List.of(), List.of("111122223333"));
    assertThat(store.documents().delete("Doc")).isEqualTo(DocumentOutcome.DONE);
  }

  private DocumentOutcome share(String name, String account) {
    return store
        .documentShares()
        .change(name, List.of(new DocumentShare(account, "$DEFAULT")), List.of());
  }

  @Test
  void removingAnAccountWinsOverAddingIt() {
    create("Doc");
    share("Doc", "111122223333");

    store
        .documentShares()
        .change(
            "Doc",
            List.of(
                new DocumentShare("111122223333", "$LATEST"),
                new DocumentShare("444455556666", "$ALL")),
            List.of("111122223333"));

    assertThat(store.documentShares().of("Doc").orElseThrow())
        .containsExactly(new DocumentShare("444455556666", "$ALL"));
    assertThat(share("Other", "111122223333")).isEqualTo(DocumentOutcome.NO_DOCUMENT);
    assertThat(store.documentShares().of("Other")).isEmpty();
  }

  @Test
  void atMostFiveDocumentsArePublic() {
    for (int i = 0; i < DocumentShares.PUBLIC_MAX; i++) {
      create("Doc" + i);
      assertThat(share("Doc" + i, DocumentShare.ALL)).isEqualTo(DocumentOutcome.DONE);
      assertThat(share("Doc" + i, DocumentShare.ALL)).as("again").isEqualTo(DocumentOutcome.DONE);
    }
    create("Doc9");

    assertThat(share("Doc9", DocumentShare.ALL)).isEqualTo(DocumentOutcome.TOO_MANY_PUBLIC);
    assertThat(store.documents().list(Optional.of("Doc0"), 1))
        .extracting(DocumentSummary::isPublic)
        .containsExactly(true);
    assertThat(store.documents().list(Optional.of("Doc8"), 1))
        .extracting(DocumentSummary::isPublic)
        .containsExactly(false);
  }

  @Test
  void documentIsSharedWithAThousandAccountsAtMost() {
    create("Doc");
    List<DocumentShare> thousand =
        IntStream.range(0, DocumentShares.ACCOUNTS_MAX)
            .mapToObj(i -> new DocumentShare("%012d".formatted(i), "$DEFAULT"))
            .toList();
    assertThat(store.documentShares().change("Doc", thousand, List.of()))
        .isEqualTo(DocumentOutcome.DONE);

    assertThat(share("Doc", "999999999999")).isEqualTo(DocumentOutcome.TOO_MANY_ACCOUNTS);
    assertThat(store.documentShares().of("Doc").orElseThrow()).hasSize(DocumentShares.ACCOUNTS_MAX);
    assertThat(
            store
                .documentShares()
                .change(
                    "Doc",
                    List.of(new DocumentShare("999999999999", "$DEFAULT")),
                    List.of("000000000000")))
        .isEqualTo(DocumentOutcome.DONE);
  }

  @Test
  void accountHasFiveHundredDocumentsAtMost() {
    // One is there from the start.
    for (int i = 1; i < Documents.DOCUMENTS_MAX; i++) {
      assertThat(create("Doc" + i)).isEqualTo(DocumentOutcome.DONE);
    }

    assertThat(create("Doc")).isEqualTo(DocumentOutcome.TOO_MANY_DOCUMENTS);
    assertThat(store.documents().list(Optional.empty(), 1000)).hasSize(Documents.DOCUMENTS_MAX);
  }

  @Test
  void documentHasAThousandVersionsAtMost() {
    create("Doc");
    for (int i = 1; i < Documents.VERSIONS_MAX; i++) {
      assertThat(add("Doc", i, "v" + i).outcome()).isEqualTo(DocumentOutcome.DONE);
    }

    assertThat(add("Doc", Documents.VERSIONS_MAX, "more").outcome())
        .isEqualTo(DocumentOutcome.TOO_MANY_VERSIONS);
    store.documents().deleteVersion("Doc", 2);
    assertThat(add("Doc", Documents.VERSIONS_MAX, "more").version())
        .isEqualTo(Documents.VERSIONS_MAX + 1);
  }

  @Test
  void preferencesThatWereDeletedStayDeleted() throws Exception {
    store.documents().delete(Store.PREFERENCES_DOCUMENT);
    store.close();

    store = test.open();

    assertThat(store.documents().find(Store.PREFERENCES_DOCUMENT, "$LATEST")).isEmpty();
  }
}
