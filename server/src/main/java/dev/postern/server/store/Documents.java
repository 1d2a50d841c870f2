package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/**
 * The account's own documents with their versions. Safe for use by many threads; each change is
 * checked and made in one transaction.
 */
public final class Documents {
  /** Documents of one account (AWS's quota). */
  public static final int DOCUMENTS_MAX = 500;

  /** Versions of one document that exist at a time (AWS's quota). */
  public static final int VERSIONS_MAX = 1000;

  private static final TagColumn TAGS = new TagColumn("document", "name");

  private static final String VERSION_COLUMNS =
      "v.version, v.document_format, v.description, v.version_name, v.display_name,"
          + " v.target_type, v.created_at";

  private final Database database;

  Documents(Database database) {
    this.database = database;
  }

  /**
   * A document to be made, with its first version.
   *
   * @param type AWS's document type
   */
  public record NewDocument(
      String name, String type, DocumentLabels labels, String content, Map<String, String> tags) {
    public NewDocument {
      tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
  }

  /** Makes a document: DONE, NAME_TAKEN or TOO_MANY_DOCUMENTS. */
  public DocumentOutcome create(NewDocument document, Instant now) {
    return database.write(handle -> {
      if (count(handle, "select count(*) from document where name = :name", document.name()) > 0) {
        return DocumentOutcome.NAME_TAKEN;
      }
      int documents =
          handle.createQuery("select count(*) from document").mapTo(Integer.class).one();
      if (documents >= DOCUMENTS_MAX) {
        return DocumentOutcome.TOO_MANY_DOCUMENTS;
      }
      insert(handle, document, now);
      return DocumentOutcome.DONE;
    });
  }

  static void insertIfAbsent(Handle handle, NewDocument document, Instant now) {
    if (count(handle, "select count(*) from document where name = :name", document.name()) == 0) {
      insert(handle, document, now);
    }
  }

  private static void insert(Handle handle, NewDocument document, Instant now) {
    handle
        .createUpdate(
            """
            insert into document (name, document_type, default_version, latest_version,
              last_number, created_at, tags)
            values (:name, :type, 1, 1, 1, :created, :tags)
            """)
        .bind("name", document.name())
        .bind("type", document.type())
        .bind("created", now.toEpochMilli())
        .bind("tags", Columns.fromTags(document.tags()))
        .execute();
    insertVersion(handle, document, 1, now);
  }

  private static void insertVersion(
      Handle handle, NewDocument document, long version, Instant now) {
    DocumentLabels labels = document.labels();
    handle
        .createUpdate(
            """
            insert into document_version (name, version, document_format, content, created_at,
              description, version_name, display_name, target_type)
            values (:name, :version, :format, :content, :created,
              :description, :versionName, :displayName, :targetType)
            """)
        .bind("name", document.name())
        .bind("version", version)
        .bind("format", labels.format())
        .bind("content", document.content())
        .bind("created", now.toEpochMilli())
        .bind("description", labels.description().orElse(null))
        .bind("versionName", labels.versionName().orElse(null))
        .bind("displayName", labels.displayName().orElse(null))
        .bind("targetType", labels.targetType().orElse(null))
        .execute();
  }

  /**
   * One version of a document.
   *
   * @param version a number, {@code $LATEST}, or {@code $DEFAULT}
   */
  public Optional<DocumentRecord> find(String name, String version) {
    return switch (version) {
      case "$DEFAULT" -> findWhere(name, "v.version = d.default_version", version);
      case "$LATEST" -> findWhere(name, "v.version = d.latest_version", version);
      default -> findWhere(name, "v.version = :wanted", number(version));
    };
  }

  /** The version of a document that has a name of its own. */
  public Optional<DocumentRecord> findNamed(String name, String versionName) {
    return findWhere(name, "v.version_name = :wanted", versionName);
  }

  private Optional<DocumentRecord> findWhere(String name, String condition, Object wanted) {
    return database.read(handle ->
        handle
            .createQuery(
                "select d.name, d.document_type, d.default_version, d.latest_version, d.tags,"
                    + " v.content, "
                    + VERSION_COLUMNS
                    + " from document d join document_version v on v.name = d.name"
                    + " where d.name = :name and "
                    + condition)
            .bind("name", name)
            .bind("wanted", wanted)
            .map((row, context) -> record(row))
            .findOne());
  }

  private static DocumentRecord record(ResultSet row) throws SQLException {
    return new DocumentRecord(
        row.getString("name"),
        row.getString("document_type"),
        row.getLong("version"),
        labels(row),
        row.getString("content"),
        row.getLong("default_version"),
        row.getLong("latest_version"),
        Columns.time(row, "created_at"),
        Columns.tags(row, "tags"));
  }

  private static DocumentLabels labels(ResultSet row) throws SQLException {
    return new DocumentLabels(
        row.getString("document_format"),
        Columns.optionalText(row, "description"),
        Columns.optionalText(row, "version_name"),
        Columns.optionalText(row, "display_name"),
        Columns.optionalText(row, "target_type"));
  }

  /** No document has version 0, so that no other text finds one. */
  private static long number(String version) {
    boolean digits = !version.isEmpty() && version.length() <= 18;
    return digits && version.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Long.parseLong(version)
        : 0;
  }

  /**
   * A page of documents by name.
   *
   * @param after the last name of the page before
   */
  public List<DocumentSummary> list(Optional<String> after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                "select d.name, d.document_type, d.tags, "
                    + VERSION_COLUMNS
                    + ", (select count(*) from document_share s"
                    + " where s.name = d.name and s.account_id = :all) as public_shares"
                    + " from document d"
                    + " join document_version v on v.name = d.name and v.version = d.default_version"
                    + " where d.name > :after order by d.name limit :limit")
            .bind("all", DocumentShare.ALL)
            .bind("after", after.orElse(""))
            .bind("limit", limit)
            .map((row, context) ->
                new DocumentSummary(
                    row.getString("name"),
                    row.getString("document_type"),
                    row.getLong("version"),
                    labels(row),
                    Columns.time(row, "created_at"),
                    Columns.tags(row, "tags"),
                    row.getInt("public_shares") > 0))
            .list());
  }

  /**
   * A page of the versions of a document, newest first.
   *
   * @param before the last number of the page before
   */
  public List<DocumentVersionSummary> versions(String name, long before, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                "select d.default_version, "
                    + VERSION_COLUMNS
                    + " from document d join document_version v on v.name = d.name"
                    + " where d.name = :name and v.version < :before"
                    + " order by v.version desc limit :limit")
            .bind("name", name)
            .bind("before", before)
            .bind("limit", limit)
            .map((row, context) ->
                new DocumentVersionSummary(
                    row.getLong("version"),
                    labels(row),
                    Columns.time(row, "created_at"),
                    row.getLong("version") == row.getLong("default_version")))
            .list());
  }

  /**
   * Adds a version.
   *
   * @param outcome DONE, NO_DOCUMENT, NOT_LATEST, TOO_MANY_VERSIONS or VERSION_NAME_TAKEN
   * @param version its number when DONE, else 0
   */
  public record VersionAdded(DocumentOutcome outcome, long version) {}

  /**
   * Adds a version after another, which must still be the newest one: so what a caller found out
   * about that one still holds. The default version stays as it is.
   *
   * @param document whose type and tags are not looked at
   */
  public VersionAdded addVersion(NewDocument document, long latest, Instant now) {
    String name = document.name();
    return database.write(handle -> {
      Optional<Numbers> numbers = numbers(handle, name);
      DocumentOutcome outcome = admit(handle, document, latest, numbers);
      if (outcome != DocumentOutcome.DONE) {
        return new VersionAdded(outcome, 0);
      }
      long version = numbers.map(Numbers::last).orElse(0L) + 1;
      insertVersion(handle, document, version, now);
      handle
          .createUpdate(
              """
              update document set latest_version = :version, last_number = :version
              where name = :name
              """)
          .bind("version", version)
          .bind("name", name)
          .execute();
      return new VersionAdded(DocumentOutcome.DONE, version);
    });
  }

  private static DocumentOutcome admit(
      Handle handle, NewDocument document, long latest, Optional<Numbers> numbers) {
    if (numbers.isEmpty()) {
      return DocumentOutcome.NO_DOCUMENT;
    }
    if (numbers.get().latest() != latest) {
      return DocumentOutcome.NOT_LATEST;
    }
    String all = "select count(*) from document_version where name = :name";
    if (count(handle, all, document.name()) >= VERSIONS_MAX) {
      return DocumentOutcome.TOO_MANY_VERSIONS;
    }
    Optional<String> versionName = document.labels().versionName();
    if (versionName.isPresent()
        && versionNamed(handle, document.name(), versionName.get()).isPresent()) {
      return DocumentOutcome.VERSION_NAME_TAKEN;
    }
    return DocumentOutcome.DONE;
  }

  /**
   * What a document's row says of its versions.
   *
   * @param last the highest number that was ever given
   */
  private record Numbers(long byDefault, long latest, long last) {}

  private static Optional<Numbers> numbers(Handle handle, String name) {
    return handle
        .createQuery(
            "select default_version, latest_version, last_number from document where name = :name")
        .bind("name", name)
        .map((row, context) ->
            new Numbers(
                row.getLong("default_version"),
                row.getLong("latest_version"),
                row.getLong("last_number")))
        .findOne();
  }

  private static Optional<Long> versionNamed(Handle handle, String name, String versionName) {
    return handle
        .createQuery(
            """
            select version from document_version
            where name = :name and version_name = :versionName
            """)
        .bind("name", name)
        .bind("versionName", versionName)
        .mapTo(Long.class)
        .findOne();
  }

  private static int count(Handle handle, String query, String name) {
    return handle.createQuery(query).bind("name", name).mapTo(Integer.class).one();
  }

  /** Makes a version the default one: DONE, NO_DOCUMENT or NO_VERSION. */
  public DocumentOutcome setDefault(String name, long version) {
    return database.write(handle -> {
      if (numbers(handle, name).isEmpty()) {
        return DocumentOutcome.NO_DOCUMENT;
      }
      int changed =
          handle
              .createUpdate(
                  """
                  update document set default_version = :version
                  where name = :name and exists (select 1 from document_version v
                    where v.name = document.name and v.version = :version)
                  """)
              .bind("version", version)
              .bind("name", name)
              .execute();
      return changed > 0 ? DocumentOutcome.DONE : DocumentOutcome.NO_VERSION;
    });
  }

  /** Deletes a document with all its versions: DONE, NO_DOCUMENT or SHARED. */
  public DocumentOutcome delete(String name) {
    return database.write(handle -> {
      if (DocumentShares.isShared(handle, name)) {
        return DocumentOutcome.SHARED;
      }
      int deleted =
          handle
              .createUpdate("delete from document where name = :name")
              .bind("name", name)
              .execute();
      return deleted > 0 ? DocumentOutcome.DONE : DocumentOutcome.NO_DOCUMENT;
    });
  }

  /** Deletes one version: DONE, NO_DOCUMENT, NO_VERSION, IS_DEFAULT or SHARED. */
  public DocumentOutcome deleteVersion(String name, long version) {
    return database.write(handle -> {
      Optional<Numbers> numbers = numbers(handle, name);
      if (numbers.isEmpty()) {
        return DocumentOutcome.NO_DOCUMENT;
      }
      if (DocumentShares.isShared(handle, name)) {
        return DocumentOutcome.SHARED;
      }
      if (numbers.get().byDefault() == version) {
        return DocumentOutcome.IS_DEFAULT;
      }
      int deleted =
          handle
              .createUpdate(
                  "delete from document_version where name = :name and version = :version")
              .bind("name", name)
              .bind("version", version)
              .execute();
      if (deleted == 0) {
        return DocumentOutcome.NO_VERSION;
      }
      handle
          .createUpdate(
              """
              update document set latest_version =
                (select max(v.version) from document_version v where v.name = document.name)
              where name = :name
              """)
          .bind("name", name)
          .execute();
      return DocumentOutcome.DONE;
    });
  }

  /** The tags of a document; empty when there is no such document. */
  public Optional<Map<String, String>> tags(String name) {
    return database.read(handle -> TAGS.of(handle, name));
  }

  /**
   * Changes the tags of a document.
   *
   * @param tagsMax how many it may have afterwards
   * @param change from the tags that it has to those that it shall have; called within the
   *     transaction
   */
  public TagChange changeTags(String name, int tagsMax, UnaryOperator<Map<String, String>> change) {
    return database.write(handle -> TAGS.change(handle, List.of(name), tagsMax, change));
  }
}
