package dev.postern.server.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** The account's own documents with their versions. Safe for use by many threads. */
public final class Documents {
  private static final TagColumn TAGS = new TagColumn("document", "name");

  private final Database database;

  Documents(Database database) {
    this.database = database;
  }

  /**
   * One version of a document.
   *
   * @param version a number, {@code $LATEST}, or {@code $DEFAULT}
   */
  public Optional<DocumentRecord> find(String name, String version) {
    String wanted =
        switch (version) {
          case "$DEFAULT" -> "d.default_version";
          case "$LATEST" -> "d.latest_version";
          default -> ":version";
        };
    long number = number(version);
    return database.read(handle ->
        handle
            .createQuery(
                "select d.name, d.document_type, d.default_version, d.latest_version,"
                    + " v.version, v.document_format, v.content, v.created_at"
                    + " from document d join document_version v on v.name = d.name"
                    + " where d.name = :name and v.version = "
                    + wanted)
            .bind("name", name)
            .bind("version", number)
            .map((row, context) ->
                new DocumentRecord(
                    row.getString("name"),
                    row.getString("document_type"),
                    row.getLong("version"),
                    row.getString("document_format"),
                    row.getString("content"),
                    row.getLong("default_version"),
                    row.getLong("latest_version"),
                    Columns.time(row, "created_at")))
            .findOne());
  }

  /** No document has version 0, so that no other text finds one. */
  private static long number(String version) {
    boolean digits = !version.isEmpty() && version.length() <= 18;
    return digits && version.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Long.parseLong(version)
        : 0;
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

  static void insertIfAbsent(Handle handle, DocumentRecord document) {
    int inserted =
        handle
            .createUpdate(
                """
                insert into document (name, document_type, default_version, latest_version,
                  created_at)
                values (:name, :type, :defaultVersion, :latestVersion, :created)
                on conflict do nothing
                """)
            .bind("name", document.name())
            .bind("type", document.type())
            .bind("defaultVersion", document.defaultVersion())
            .bind("latestVersion", document.latestVersion())
            .bind("created", document.createdDate().toEpochMilli())
            .execute();
    if (inserted == 0) {
      return;
    }
    handle
        .createUpdate(
            """
            insert into document_version (name, version, document_format, content, created_at)
            values (:name, :version, :format, :content, :created)
            """)
        .bind("name", document.name())
        .bind("version", document.version())
        .bind("format", document.format())
        .bind("content", document.content())
        .bind("created", document.createdDate().toEpochMilli())
        .execute();
  }
}
