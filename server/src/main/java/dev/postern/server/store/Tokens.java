package dev.postern.server.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;

/**
 * Tokens that open a channel once. Only their hash is stored: who reads the database cannot use
 * them. Safe for use by many threads.
 */
public final class Tokens {
  private static final int TOKEN_BYTES = 32;

  private final Database database;
  private final InstantSource clock;
  private final RandomGenerator random;

  Tokens(Database database, InstantSource clock, RandomGenerator random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
  }

  /** What a token opens. Names are stored: never rename them. */
  public enum Kind {
    /** The subject is an instance id. */
    CONTROL_CHANNEL,
    /** The agent's end; the subject is a session id. */
    AGENT_DATA_CHANNEL,
    /** The client's end; the subject is a session id. */
    CLIENT_DATA_CHANNEL,
    /** The client's end again; the subject is a session id. Opens more than once, see use. */
    CLIENT_RESUME
  }

  /** A new token, 43 characters of base64url; it survives a restart of the server. */
  public String issue(Kind kind, String subject, Duration lifetime) {
    Fresh fresh = fresh(kind, subject, lifetime);
    database.write(fresh::insert);
    return fresh.token();
  }

  /**
   * A new token as by {@link #issue} that opens the client's channel, in the place of all that did.
   */
  public String issueInstead(String sessionId, Duration lifetime) {
    Fresh fresh = fresh(Kind.CLIENT_DATA_CHANNEL, sessionId, lifetime);
    database.write(handle -> discardOfClient(handle, sessionId) + fresh.insert(handle));
    return fresh.token();
  }

  /** A token that is not stored yet. */
  Fresh fresh(Kind kind, String subject, Duration lifetime) {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return new Fresh(
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
        kind,
        subject,
        clock.instant().plus(lifetime));
  }

  /** Not a record, whose text would show the token. */
  static final class Fresh {
    private final String token;
    private final Kind kind;
    private final String subject;
    private final Instant expiry;

    private Fresh(String token, Kind kind, String subject, Instant expiry) {
      this.token = token;
      this.kind = kind;
      this.subject = subject;
      this.expiry = expiry;
    }

    String token() {
      return token;
    }

    int insert(Handle handle) {
      return handle
          .createUpdate(
              """
              insert into channel_token (token_hash, kind, subject, expires_at)
              values (:hash, :kind, :subject, :expiry)
              """)
          .bind("hash", Hashes.hex(token))
          .bind("kind", kind.name())
          .bind("subject", subject)
          .bind("expiry", expiry.toEpochMilli())
          .execute();
    }
  }

  /**
   * The subject of a token that is valid now. A token is redeemed at most once, whatever comes of
   * it. One that is redeemed as the wrong kind stays what it is.
   */
  public Optional<String> redeem(Kind kind, String token) {
    long now = clock.instant().toEpochMilli();
    if (!exists(token)) {
      // Whoever makes tokens up must not cost the disk a write each.
      return Optional.empty();
    }
    return database.write(handle ->
        handle
            .createQuery(
                """
                delete from channel_token where token_hash = :hash and kind = :kind
                returning subject, expires_at
                """)
            .bind("hash", Hashes.hex(token))
            .bind("kind", kind.name())
            .map((row, context) ->
                row.getLong("expires_at") > now
                    ? Optional.of(row.getString("subject"))
                    : Optional.<String>empty())
            .findOne()
            .flatMap(subject -> subject));
  }

  /**
   * Whether a token of this kind and subject is valid now. One that is stays valid, so that its
   * holder may miss the answer and try again, and all others of the kind and subject end.
   */
  public boolean use(Kind kind, String subject, String token) {
    // Every session is opened with a token of another kind first: that must not cost a write.
    if (!database.read(handle -> isValid(handle, kind, subject, token))) {
      return false;
    }
    return database.write(handle -> {
      boolean valid = isValid(handle, kind, subject, token);
      if (valid) {
        handle
            .createUpdate(
                """
                delete from channel_token where kind = :kind and subject = :subject
                  and token_hash <> :hash
                """)
            .bind("hash", Hashes.hex(token))
            .bind("kind", kind.name())
            .bind("subject", subject)
            .execute();
      }
      return valid;
    });
  }

  private boolean isValid(Handle handle, Kind kind, String subject, String token) {
    return handle
        .createQuery(
            """
            select 1 from channel_token where token_hash = :hash and kind = :kind
              and subject = :subject and expires_at > :now
            """)
        .bind("hash", Hashes.hex(token))
        .bind("kind", kind.name())
        .bind("subject", subject)
        .bind("now", clock.instant().toEpochMilli())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** Ends every token with which either side could open this session's data channel. */
  public void discardOfSession(String sessionId) {
    database.write(handle ->
        discardOfClient(handle, sessionId) + discard(handle, Kind.AGENT_DATA_CHANNEL, sessionId));
  }

  static int discardOfClient(Handle handle, String sessionId) {
    return discard(handle, Kind.CLIENT_DATA_CHANNEL, sessionId)
        + discard(handle, Kind.CLIENT_RESUME, sessionId);
  }

  private boolean exists(String token) {
    return database.read(handle ->
        handle
            .createQuery("select 1 from channel_token where token_hash = :hash")
            .bind("hash", Hashes.hex(token))
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }

  /** Ends every token of this kind and subject. */
  public void discard(Kind kind, String subject) {
    database.write(handle -> discard(handle, kind, subject));
  }

  static int discard(Handle handle, Kind kind, String subject) {
    return handle
        .createUpdate("delete from channel_token where kind = :kind and subject = :subject")
        .bind("kind", kind.name())
        .bind("subject", subject)
        .execute();
  }

  /** Forgets at most so many tokens that expired before; returns how many. */
  int purge(Instant expiredBefore, int limit) {
    return database.write(handle ->
        handle
            .createUpdate(
                """
                delete from channel_token where token_hash in
                  (select token_hash from channel_token where expires_at < :before limit :limit)
                """)
            .bind("before", expiredBefore.toEpochMilli())
            .bind("limit", limit)
            .execute());
  }
}
