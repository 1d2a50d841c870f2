package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentRecord;
import dev.postern.server.store.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The session documents: those that ship with the product, and the account's own in the store. */
final class SessionDocuments {
  /** The account's preferences, and the document of every session that names none. */
  static final String PREFERENCES = "SSM-SessionManagerRunShell";

  private static final List<String> SHIPPED =
      List.of("AWS-StartInteractiveCommand", "AWS-StartNonInteractiveCommand");
  private static final Instant SHIPPED_DATE = Instant.parse("2026-11-23T00:00:00Z");

  private final Map<String, SessionDocument> shipped;
  private final Documents documents;

  SessionDocuments(Documents documents) {
    this.documents = documents;
    this.shipped =
        SHIPPED.stream()
            .map(SessionDocuments::load)
            .collect(Collectors.toUnmodifiableMap(SessionDocument::name, Function.identity()));
  }

  private static SessionDocument load(String name) {
    try (InputStream resource =
        SessionDocuments.class.getResourceAsStream("/documents/" + name + ".json")) {
      if (resource == null) {
        throw new IllegalStateException("document " + name + " is not packaged");
      }
      String text = new String(resource.readAllBytes(), UTF_8);
      return SessionDocument.parse(name, "1", true, SHIPPED_DATE, text);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Whether a name is one of those that ship with the product. */
  boolean isShipped(String name) {
    return shipped.containsKey(name);
  }

  /** The tags of a document; none for those that ship with the product, and for unknown ones. */
  Map<String, String> tags(String name) {
    return isShipped(name) ? Map.of() : documents.tags(name).orElse(Map.of());
  }

  /** A name, or the name in a document's ARN. */
  static String nameOf(String nameOrArn) {
    return nameOrArn.startsWith("arn:")
        ? nameOrArn.substring(nameOrArn.indexOf('/') + 1)
        : nameOrArn;
  }

  /**
   * The document that a session uses: account preferences in their newest version, others in their
   * default version (spec/aws-api.md 2.3).
   *
   * @throws Fault {@code InvalidDocument}
   */
  SessionDocument forSession(String name) {
    return find(name, name.equals(PREFERENCES) ? "$LATEST" : "$DEFAULT");
  }

  /**
   * @param version {@code $LATEST}, {@code $DEFAULT} or a number
   * @throws Fault {@code InvalidDocument} or {@code InvalidDocumentVersion}
   */
  SessionDocument find(String name, String version) {
    SessionDocument own = shipped.get(name);
    if (own != null) {
      if (!version.startsWith("$") && !version.equals(own.version())) {
        throw invalidVersion(name);
      }
      return own;
    }
    Optional<DocumentRecord> record = documents.find(name, version);
    if (record.isEmpty()) {
      if (documents.find(name, "$DEFAULT").isPresent()) {
        throw invalidVersion(name);
      }
      throw new Fault("InvalidDocument", 400, "Document with name " + name + " does not exist.");
    }
    DocumentRecord found = record.get();
    return SessionDocument.parse(
        found.name(), Long.toString(found.version()), false, found.createdDate(), found.content());
  }

  private static Fault invalidVersion(String name) {
    return new Fault(
        "InvalidDocumentVersion", 400, "The version of document " + name + " does not exist.");
  }
}
