package dev.postern.server.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What exists from the start: the first administrator with a key, the role for managed nodes, and
 * the preferences document. Made in one transaction; what an operator changed later stays changed.
 */
final class FirstStart {
  private static final String MARK = "master key check";
  private static final String PREFERENCES_MARK = "preferences document";
  private static final byte[] MARK_CONTENT = "postern".getBytes(StandardCharsets.US_ASCII);
  private static final String NODE_TRUST_POLICY =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
      "Principal":{"Service":"ssm.amazonaws.com"},"Action":"sts:AssumeRole"}]}\
      """;

  private static final String PREFERENCES_DESCRIPTION =
      "Document to hold regional settings for Session Manager";

  /** As AWS writes it when the console's preferences page is saved first (spec/aws-api.md 2.7). */
  private static final String PREFERENCES =
      """
      {
        "schemaVersion": "1.0",
        "description": "%s",
        "sessionType": "Standard_Stream",
        "inputs": {
          "s3BucketName": "",
          "s3KeyPrefix": "",
          "s3EncryptionEnabled": true,
          "cloudWatchLogGroupName": "",
          "cloudWatchEncryptionEnabled": true,
          "cloudWatchStreamingEnabled": true,
          "kmsKeyId": "",
          "runAsEnabled": false,
          "runAsDefaultUser": "",
          "idleSessionTimeout": "20",
          "maxSessionDuration": "",
          "shellProfile": {
            "windows": "",
            "linux": ""
          }
        }
      }\
      """
          .formatted(PREFERENCES_DESCRIPTION);

  private final StoreOptions options;
  private final AccessKeys accessKeys;
  private final Identifiers identifiers;

  FirstStart(StoreOptions options, AccessKeys accessKeys, Identifiers identifiers) {
    this.options = options;
    this.accessKeys = accessKeys;
    this.identifiers = identifiers;
  }

  /** Refuses a database of another master key, then makes what is missing. */
  Object run(Handle handle) {
    Instant now = options.clock().instant();
    Optional<byte[]> mark = mark(handle);
    if (mark.isPresent()) {
      check(mark.get(), options.masterKey());
    } else {
      insertMark(handle, MARK, options.masterKey().seal(MARK_CONTENT, MARK));
      createAdministrator(handle, now);
      createNodeRole(handle, now);
    }
    if (options.autocreatePreferences() && mark(handle, PREFERENCES_MARK).isEmpty()) {
      createPreferences(handle, now);
    }
    return handle;
  }

  /** Once: an operator who deletes them falls back to what holds without, and keeps that. */
  private static void createPreferences(Handle handle, Instant now) {
    Documents.insertIfAbsent(
        handle,
        new Documents.NewDocument(
            Store.PREFERENCES_DOCUMENT,
            "Session",
            DocumentLabels.of("JSON", Optional.of(PREFERENCES_DESCRIPTION)),
            PREFERENCES,
            Map.of()),
        now);
    insertMark(handle, PREFERENCES_MARK, new byte[0]);
  }

  private static void insertMark(Handle handle, String name, byte[] content) {
    handle
        .createUpdate("insert into store_property (name, content) values (:name, :content)")
        .bind("name", name)
        .bind("content", content)
        .execute();
  }

  /** Tells which master key is in force; absent before the first start. */
  static Optional<byte[]> mark(Handle handle) {
    return mark(handle, MARK);
  }

  private static Optional<byte[]> mark(Handle handle, String name) {
    return handle
        .createQuery("select content from store_property where name = :name")
        .bind("name", name)
        .map((row, context) -> row.getBytes("content"))
        .findOne();
  }

  /** Throws unless the mark is of this key. */
  static void check(byte[] mark, MasterKey key) {
    if (!MessageDigest.isEqual(key.open(mark, MARK), MARK_CONTENT)) {
      throw new StoreException("the check of the master key is damaged");
    }
  }

  static void replaceMark(Handle handle, MasterKey key) {
    handle
        .createUpdate("update store_property set content = :content where name = :name")
        .bind("name", MARK)
        .bind("content", key.seal(MARK_CONTENT, MARK))
        .execute();
  }

  private void createAdministrator(Handle handle, Instant now) {
    Principals.insert(
        handle,
        new UserRecord(
            Store.ADMINISTRATOR,
            "/",
            identifiers.principalId("AIDA"),
            now,
            List.of("arn:aws:iam::aws:policy/AdministratorAccess")));
    accessKeys.createForUser(handle, Store.ADMINISTRATOR);
  }

  private void createNodeRole(Handle handle, Instant now) {
    Principals.insert(
        handle,
        new RoleRecord(
            Store.NODE_ROLE,
            "/",
            identifiers.principalId("AROA"),
            NODE_TRUST_POLICY,
            Optional.of("Lets managed nodes work with Systems Manager"),
            Duration.ofHours(1),
            now,
            List.of("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")));
  }
}
