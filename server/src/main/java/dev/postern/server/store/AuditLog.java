package dev.postern.server.store;

import java.util.List;

/**
 * What was done and refused, in order, without gaps. Safe for use by many threads.
 *
 * <p>Numbers are given inside the commit that makes a record durable, so a number that was told to
 * anybody is never given again, and no record appears before one with a lower number.
 */
public final class AuditLog {
  private final Database database;

  AuditLog(Database database) {
    this.database = database;
  }

  /**
   * One record.
   *
   * @param json as it was appended
   */
  public record Entry(long sequence, String json) {}

  /**
   * Appends a record and returns its number, counted from 1, once it is durable. Many threads'
   * records share one flush of the disk.
   *
   * @throws StoreException when it is not durable; the call that it reports must fail then
   */
  public long append(String json) {
    return database.write(handle ->
        handle
            .createQuery(
                """
                insert into audit_event (sequence, record)
                select coalesce(max(sequence), 0) + 1, :record from audit_event
                returning sequence
                """)
            .bind("record", json)
            .mapTo(Long.class)
            .one());
  }

  /** Records with higher numbers, in order. */
  public List<Entry> read(long afterSequence, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select sequence, record from audit_event where sequence > :after
                order by sequence limit :limit
                """)
            .bind("after", afterSequence)
            .bind("limit", limit)
            .map((row, context) -> new Entry(row.getLong("sequence"), row.getString("record")))
            .list());
  }
}
