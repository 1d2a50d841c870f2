package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The activations. Safe for use by many threads. */
public final class Activations {
  private final Database database;

  Activations(Database database) {
    this.database = database;
  }

  /** Stores a new activation. */
  public void insert(ActivationRecord activation) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                insert into activation (activation_id, code_hash, description,
                  default_instance_name, iam_role, registration_limit, registrations_count,
                  expires_at, created_at, tags, instance_id)
                values (:id, :codeHash, :description, :defaultInstanceName, :iamRole,
                  :registrationLimit, :registrationsCount, :expires, :created, :tags,
                  :instanceId)
                """)
            .bind("id", activation.activationId())
            .bind("codeHash", activation.codeHash())
            .bind("description", activation.description().orElse(null))
            .bind("defaultInstanceName", activation.defaultInstanceName().orElse(null))
            .bind("iamRole", activation.iamRole())
            .bind("registrationLimit", activation.registrationLimit())
            .bind("registrationsCount", activation.registrationsCount())
            .bind("expires", activation.expirationDate().toEpochMilli())
            .bind("created", activation.createdDate().toEpochMilli())
            .bind("tags", Columns.fromTags(activation.tags()))
            .bind("instanceId", activation.instanceId().orElse(null))
            .execute());
  }

  /** The activation, also when it is expired or used up. */
  public Optional<ActivationRecord> find(String activationId) {
    return database.read(handle -> find(handle, activationId));
  }

  static Optional<ActivationRecord> find(Handle handle, String activationId) {
    return handle
        .createQuery("select * from activation where activation_id = :id")
        .bind("id", activationId)
        .map((row, context) -> record(row))
        .findOne();
  }

  /**
   * A page of activations, newest first.
   *
   * @param after the id of the last activation of the page before; one that was deleted since ends
   *     the listing
   */
  public List<ActivationRecord> list(Optional<String> after, int limit) {
    String condition =
        after.isEmpty()
            ? ""
            : """
            where (created_at, activation_id) <
              (select created_at, activation_id from activation where activation_id = :after)
            """;
    return database.read(handle ->
        handle
            .createQuery(
                "select * from activation "
                    + condition
                    + " order by created_at desc, activation_id desc limit :limit")
            .bindMap(
                after.isEmpty()
                    ? Map.of("limit", limit)
                    : Map.of("after", after.get(), "limit", limit))
            .map((row, context) -> record(row))
            .list());
  }

  /** Whether there was such an activation. Nodes that it registered stay. */
  public boolean delete(String activationId) {
    return database.write(handle ->
        handle
                .createUpdate("delete from activation where activation_id = :id")
                .bind("id", activationId)
                .execute()
            > 0);
  }

  private static ActivationRecord record(ResultSet row) throws SQLException {
    return new ActivationRecord(
        row.getString("activation_id"),
        row.getBytes("code_hash"),
        Columns.optionalText(row, "description"),
        Columns.optionalText(row, "default_instance_name"),
        row.getString("iam_role"),
        row.getInt("registration_limit"),
        row.getInt("registrations_count"),
        Columns.time(row, "expires_at"),
        Columns.time(row, "created_at"),
        Columns.tags(row, "tags"),
        Columns.optionalText(row, "instance_id"));
  }
}
