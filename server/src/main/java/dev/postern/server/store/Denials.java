package dev.postern.server.store;

import java.time.Instant;
import java.util.Optional;

/**
 * Why calls were refused, by request id. Kept for a while, and not more than a number of them: a
 * caller who is refused again and again must not fill the disk. Safe for use by many threads.
 */
public final class Denials {
  /** The oldest go first. */
  public static final int KEPT_MAX = 100_000;

  private final Database database;

  Denials(Database database) {
    this.database = database;
  }

  /**
   * Keeps an explanation.
   *
   * @param explanation a JSON object
   */
  public void insert(String requestId, Instant deniedAt, String explanation) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                insert into denial (request_id, denied_at, explanation)
                values (:id, :at, :explanation)
                """)
            .bind("id", requestId)
            .bind("at", deniedAt.toEpochMilli())
            .bind("explanation", explanation)
            .execute());
  }

  /** The explanation of a refusal, while it is kept. */
  public Optional<String> find(String requestId) {
    return database.read(handle ->
        handle
            .createQuery("select explanation from denial where request_id = :id")
            .bind("id", requestId)
            .mapTo(String.class)
            .findOne());
  }

  /** Forgets at most so many that are too old or too many; returns how many. */
  int purge(Instant deniedBefore, int kept, int limit) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                delete from denial where request_id in (
                  select request_id from denial where denied_at < :before
                    or denied_at < (select denied_at from denial
                      order by denied_at desc limit 1 offset :kept)
                  limit :limit)
                """)
            .bind("before", deniedBefore.toEpochMilli())
            .bind("kept", kept)
            .bind("limit", limit)
            .execute());
  }
}
