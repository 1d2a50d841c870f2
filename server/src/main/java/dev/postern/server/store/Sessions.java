package dev.postern.server.store;

import dev.postern.server.store.SessionPage.Cursor;
import dev.postern.server.store.SessionRecord.Status;
import dev.postern.wire.SessionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The records of sessions, live and ended. Safe for use by many threads. */
public final class Sessions {
  private final Database database;
  private final InstantSource clock;
  private final Tokens tokens;

  Sessions(Database database, InstantSource clock, Tokens tokens) {
    this.database = database;
    this.clock = clock;
    this.tokens = tokens;
  }

  /**
   * Stores a new session and, by the same commit, a token of this lifetime that opens its client's
   * data channel; the token.
   */
  public String insert(SessionRecord session, Duration tokenLifetime) {
    Tokens.Fresh fresh =
        tokens.fresh(Tokens.Kind.CLIENT_DATA_CHANNEL, session.id().value(), tokenLifetime);
    database.write(handle -> insert(handle, session) + fresh.insert(handle));
    return fresh.token();
  }

  private static int insert(Handle handle, SessionRecord session) {
    return handle
        .createUpdate(
            """
            insert into session (session_id, owner_arn, owner_user_id, target,
              document_name, session_type, reason, status, start_date, end_date, details,
              max_session_duration, idle_minutes, owner)
            values (:id, :ownerArn, :ownerUserId, :target, :documentName, :sessionType,
              :reason, :status, :startDate, :endDate, :details, :maxMinutes, :idleMinutes, :owner)
            """)
        .bind("id", session.id().value())
        .bind("ownerArn", session.ownerArn())
        .bind("ownerUserId", session.ownerUserId())
        .bind("target", session.target())
        .bind("documentName", session.documentName())
        .bind("sessionType", session.sessionType())
        .bind("reason", session.reason().orElse(null))
        .bind("status", session.status().name())
        .bind("startDate", session.startDate().toEpochMilli())
        .bind("endDate", Columns.millis(session.endDate()))
        .bind("details", session.details().orElse(null))
        .bind("maxMinutes", maxMinutesText(session.limits()))
        .bind("idleMinutes", session.limits().idleMinutes())
        .bind("owner", session.owner().orElse(null))
        .execute();
  }

  /** The session, live or ended. */
  public Optional<SessionRecord> find(SessionId id) {
    return database.read(handle -> find(handle, id));
  }

  private static Optional<SessionRecord> find(Handle handle, SessionId id) {
    return handle
        .createQuery("select * from session where session_id = :id")
        .bind("id", id.value())
        .map((row, context) -> record(row))
        .findOne();
  }

  /**
   * Moves a session to a status. The end date is now where the status is an end and none is given;
   * an ended session's tokens end with it.
   *
   * @param details replace the former ones when present
   * @return false, with nothing changed, when there is no such session or it may not move so: an
   *     ended session never changes, and none goes back to Connecting
   */
  public boolean update(
      SessionId id, Status status, Optional<Instant> endDate, Optional<String> details) {
    if (endDate.isPresent() && !status.isHistory()) {
      throw new IllegalArgumentException("only an ended session has an end date");
    }
    return database.write(handle -> update(handle, id, status, endDate, details));
  }

  private boolean update(
      Handle handle,
      SessionId id,
      Status status,
      Optional<Instant> endDate,
      Optional<String> details) {
    Optional<Status> before = find(handle, id).map(SessionRecord::status);
    if (before.isEmpty() || !before.get().mayBecome(status)) {
      return false;
    }
    Optional<Instant> end =
        status.isHistory() ? endDate.or(() -> Optional.of(clock.instant())) : Optional.empty();
    handle
        .createUpdate(
            """
            update session set status = :status, end_date = :endDate,
              details = coalesce(:details, details)
            where session_id = :id
            """)
        .bind("id", id.value())
        .bind("status", status.name())
        .bind("endDate", Columns.millis(end))
        .bind("details", details.orElse(null))
        .execute();
    if (status.isHistory()) {
      Tokens.discard(handle, Tokens.Kind.AGENT_DATA_CHANNEL, id.value());
      Tokens.discardOfClient(handle, id.value());
    }
    return true;
  }

  /**
   * A page of sessions, newest start date first.
   *
   * @param history ended sessions instead of live ones
   * @param after where the page before ended
   */
  public SessionPage page(
      boolean history, SessionFilter filter, Optional<Cursor> after, int limit) {
    Map<String, Object> values = new HashMap<>();
    List<String> conditions = conditions(history, filter, values);
    after.ifPresent(cursor -> {
      conditions.add("(start_date, session_id) < (:cursorDate, :cursorId)");
      values.put("cursorDate", cursor.startDate().toEpochMilli());
      values.put("cursorId", cursor.sessionId().value());
    });
    // One more than asked for tells whether there is a next page.
    values.put("limit", limit + 1L);
    String sql =
        "select * from session where "
            + String.join(" and ", conditions)
            + " order by start_date desc, session_id desc limit :limit";
    List<SessionRecord> found =
        database.read(handle ->
            handle.createQuery(sql).bindMap(values).map((row, context) -> record(row)).list());
    if (found.size() <= limit) {
      return new SessionPage(found, Optional.empty());
    }
    SessionRecord last = found.get(limit - 1);
    return new SessionPage(
        found.subList(0, limit), Optional.of(new Cursor(last.startDate(), last.id())));
  }

  private static List<String> conditions(
      boolean history, SessionFilter filter, Map<String, Object> values) {
    List<String> conditions = new ArrayList<>();
    conditions.add("status " + (history ? "" : "not ") + "in ('Terminated', 'Failed')");
    filter
        .invokedAfter()
        .ifPresent(time -> {
          conditions.add("start_date >= :invokedAfter");
          values.put("invokedAfter", time.toEpochMilli());
        });
    filter
        .invokedBefore()
        .ifPresent(time -> {
          conditions.add("start_date < :invokedBefore");
          values.put("invokedBefore", time.toEpochMilli());
        });
    equal("target", filter.target(), conditions, values);
    equal("owner_arn", filter.owner(), conditions, values);
    equal("status", filter.status().map(Status::name), conditions, values);
    equal("session_id", filter.sessionId(), conditions, values);
    return conditions;
  }

  private static void equal(
      String column, Optional<String> wanted, List<String> conditions, Map<String, Object> values) {
    wanted.ifPresent(value -> {
      conditions.add(column + " = :" + column);
      values.put(column, value);
    });
  }

  /** Forgets at most so many sessions that ended before; returns how many. */
  int expireHistory(Instant endedBefore, int limit) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                delete from session where session_id in
                  (select session_id from session where end_date < :before limit :limit)
                """)
            .bind("before", endedBefore.toEpochMilli())
            .bind("limit", limit)
            .execute());
  }

  private static @Nullable String maxMinutesText(SessionLimits limits) {
    return limits.maxMinutes().isPresent()
        ? Integer.toString(limits.maxMinutes().getAsInt())
        : null;
  }

  private static SessionLimits limits(ResultSet row) throws SQLException {
    return new SessionLimits(
        SessionLimits.stored(row.getLong("idle_minutes"), SessionLimits.IDLE_MINUTES_MAX)
            .orElse(SessionLimits.IDLE_MINUTES_DEFAULT),
        SessionLimits.stored(row.getLong("max_session_duration"), SessionLimits.MAX_MINUTES_MAX));
  }

  private static SessionRecord record(ResultSet row) throws SQLException {
    return new SessionRecord(
        new SessionId(row.getString("session_id")),
        row.getString("owner_arn"),
        row.getString("owner_user_id"),
        row.getString("target"),
        row.getString("document_name"),
        row.getString("session_type"),
        Columns.optionalText(row, "reason"),
        Status.valueOf(row.getString("status")),
        Columns.time(row, "start_date"),
        Columns.optionalTime(row, "end_date"),
        Columns.optionalText(row, "details"),
        limits(row),
        Columns.optionalText(row, "owner"));
  }
}
