package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import dev.postern.server.service.Account;
import dev.postern.server.store.DocumentLabels;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.Documents;
import dev.postern.server.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The session documents: those that ship with the product, and the account's own in the store. */
final class SessionDocuments {
  /** The account's preferences, and the document of every session that names none. */
  static final String PREFERENCES = Store.PREFERENCES_DOCUMENT;

  /** AWS's type of the documents that there are. */
  static final String TYPE = "Session";

  private static final List<String> SHIPPED =
      List.of(
          "AWS-PasswordReset",
          "AWS-StartInteractiveCommand",
          "AWS-StartNonInteractiveCommand",
          "AWS-StartPortForwardingSession",
          "AWS-StartPortForwardingSessionToRemoteHost",
          "AWS-StartPortForwardingSessionToSocket",
          "AWS-StartSSHSession");
  private static final Instant SHIPPED_DATE = Instant.parse("2026-11-23T00:00:00Z");

  /** What holds while the account has no preferences (spec/aws-api.md 2.7). */
  private static final SessionDocument BUILT_IN =
      SessionDocument.of(
          record(
              PREFERENCES,
              """
              {"schemaVersion":"1.0","sessionType":"Standard_Stream",\
              "inputs":{"idleSessionTimeout":"20"}}\
              """,
              Optional.empty()),
          false);

  private final Map<String, SessionDocument> shipped = new TreeMap<>();
  private final Account account;
  private final Documents documents;

  SessionDocuments(Account account, Documents documents) {
    this.account = account;
    this.documents = documents;
    SHIPPED.forEach(name -> shipped.put(name, load(name)));
  }

  private static SessionDocument load(String name) {
    try (InputStream resource =
        SessionDocuments.class.getResourceAsStream("/documents/" + name + ".json")) {
      if (resource == null) {
        throw new IllegalStateException("document " + name + " is not packaged");
      }
      String text = new String(resource.readAllBytes(), UTF_8);
      Optional<String> description =
          SessionSchema.check(new DocumentText(DocumentText.Format.JSON, text).read());
      return SessionDocument.of(record(name, text, description), true);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static DocumentRecord record(String name, String text, Optional<String> description) {
    return new DocumentRecord(
        name, TYPE, 1, DocumentLabels.of("JSON", description), text, 1, 1, SHIPPED_DATE, Map.of());
  }

  /** Those that ship with the product, by name. */
  Collection<SessionDocument> shipped() {
    return List.copyOf(shipped.values());
  }

  /** The document of a name, or of an ARN. */
  DocumentReference reference(String nameOrArn) {
    if (!nameOrArn.startsWith("arn:")) {
      boolean amazon = shipped.containsKey(nameOrArn);
      return new DocumentReference(
          nameOrArn,
          account.documentArn(nameOrArn, amazon),
          amazon ? DocumentReference.Owner.AMAZON : DocumentReference.Owner.SELF);
    }
    String name = nameOrArn.substring(nameOrArn.indexOf('/') + 1);
    DocumentReference found = reference(name.startsWith("arn:") ? "" : name);
    return found.arn().equals(nameOrArn)
        ? found
        : new DocumentReference(name, nameOrArn, DocumentReference.Owner.OTHER);
  }

  /** The tags of a document; none for those that are not the account's, and for unknown ones. */
  Map<String, String> tags(DocumentReference reference) {
    return reference.owner() == DocumentReference.Owner.SELF
        ? documents.tags(reference.name()).orElse(Map.of())
        : Map.of();
  }

  /** The account's preferences in their newest version, or what holds where it has none. */
  SessionDocument preferences() {
    return documents
        .find(PREFERENCES, "$LATEST")
        .map(record -> SessionDocument.of(record, false))
        .orElse(BUILT_IN);
  }

  /**
   * The document that a session uses when it names one: account preferences in their newest
   * version, others in their default version (spec/aws-api.md 2.3).
   *
   * @throws Fault {@code InvalidDocument}
   */
  SessionDocument forSession(String nameOrArn) {
    DocumentReference reference = reference(nameOrArn);
    return find(reference, reference.name().equals(PREFERENCES) ? "$LATEST" : "$DEFAULT", null);
  }

  /**
   * One version of a document.
   *
   * @param version {@code $LATEST}, {@code $DEFAULT}, a number, or null for the default version
   * @param versionName the version's own name, or null; with both, they must mean the same
   * @throws Fault {@code InvalidDocument} or {@code InvalidDocumentVersion}
   */
  SessionDocument find(
      DocumentReference reference, @Nullable String version, @Nullable String versionName) {
    DocumentRecord found = record(reference, version, versionName);
    SessionDocument known = shipped.get(found.name());
    return known == null ? SessionDocument.of(found, false) : known;
  }

  /** As {@link #find}, without a look into the content. */
  DocumentRecord record(
      DocumentReference reference, @Nullable String version, @Nullable String versionName) {
    return switch (reference.owner()) {
      case OTHER -> throw DocumentRules.unknown(reference.name());
      case AMAZON -> findShipped(reference.name(), version, versionName);
      case SELF -> findOwn(reference.name(), version, versionName);
    };
  }

  private DocumentRecord findShipped(
      String name, @Nullable String version, @Nullable String versionName) {
    SessionDocument found = shipped.get(name);
    boolean isTheOne = version == null || version.startsWith("$") || version.equals("1");
    if (found == null || !isTheOne || versionName != null) {
      throw DocumentRules.unknownVersion(name);
    }
    return found.record();
  }

  private DocumentRecord findOwn(
      String name, @Nullable String version, @Nullable String versionName) {
    Optional<DocumentRecord> found = documents.find(name, version == null ? "$DEFAULT" : version);
    if (versionName != null) {
      Optional<DocumentRecord> named = documents.findNamed(name, versionName);
      found = version == null || named.equals(found) ? named : Optional.empty();
    }
    if (found.isPresent()) {
      return found.get();
    }
    throw documents.tags(name).isPresent()
        ? DocumentRules.unknownVersion(name)
        : DocumentRules.unknown(name);
  }
}
