package dev.postern.server.store;

import dev.postern.server.store.AccessKeyRecord.Principal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Access keys of users and of role sessions. Secrets lie encrypted under the master key, because a
 * signature can only be checked with the secret itself; session tokens lie as hashes. Safe for use
 * by many threads.
 */
public final class AccessKeys {
  private static final String SELECT =
      """
      select k.*, u.user_name, r.role_name from access_key k
        left join iam_user u on u.name_key = k.user_key
        left join iam_role r on r.name_key = k.role_key
      """;

  private final Identity identity;
  private final MasterKey masterKey;
  private final InstantSource clock;
  private final Identifiers identifiers;

  AccessKeys(Identity identity, MasterKey masterKey, InstantSource clock, Identifiers identifiers) {
    this.identity = identity;
    this.masterKey = masterKey;
    this.clock = clock;
    this.identifiers = identifiers;
  }

  /** The key, also when it is inactive or expired. */
  public Optional<AccessKeyRecord> find(String accessKeyId) {
    return identity.read(handle ->
        handle
            .createQuery(SELECT + " where k.access_key_id = :id")
            .bind("id", accessKeyId)
            .map((row, context) -> record(row))
            .findOne());
  }

  /** The keys of a user, oldest first. */
  public List<AccessKeyRecord> ofUser(String userName) {
    return identity.read(handle ->
        handle
            .createQuery(SELECT + " where k.user_key = :key order by k.created_at, k.access_key_id")
            .bind("key", Principals.key(userName))
            .map((row, context) -> record(row))
            .list());
  }

  /** A new long-term key of an existing user. */
  public AccessKeyRecord createForUser(String userName) {
    return identity.write(handle -> createForUser(handle, userName));
  }

  AccessKeyRecord createForUser(Handle handle, String userName) {
    AccessKeyRecord key =
        new AccessKeyRecord(
            identifiers.accessKeyId("AKIA"),
            identifiers.secret(),
            true,
            new Principal.User(userName),
            Optional.empty(),
            Optional.empty(),
            clock.instant(),
            SessionContext.NONE);
    insert(handle, key);
    return key;
  }

  /**
   * A temporary key of an existing role. It survives a restart of the server, and ends with its
   * role and with the node that it was issued to.
   */
  public IssuedKey issue(Principal.RoleSession session, Duration lifetime) {
    return issue(session, SessionContext.NONE, lifetime);
  }

  /** A temporary key of an existing role or user that carries something. */
  public IssuedKey issue(Principal principal, SessionContext context, Duration lifetime) {
    String token = identifiers.sessionToken();
    AccessKeyRecord key = temporary(principal, token, context, lifetime);
    identity.write(handle -> {
      insert(handle, key);
      return key;
    });
    return issued(key, token);
  }

  /**
   * The same, for the principal that was looked at: empty when it was deleted meanwhile, or when
   * another one has its name.
   *
   * @param principalId {@code AIDA...} or {@code AROA...}
   */
  public Optional<IssuedKey> issueTo(
      Principal principal, String principalId, SessionContext context, Duration lifetime) {
    String token = identifiers.sessionToken();
    AccessKeyRecord key = temporary(principal, token, context, lifetime);
    boolean done =
        identity.write(handle -> {
          boolean same = Optional.of(principalId).equals(idOf(handle, principal));
          if (same) {
            insert(handle, key);
          }
          return same;
        });
    return done ? Optional.of(issued(key, token)) : Optional.empty();
  }

  private static Optional<String> idOf(Handle handle, Principal principal) {
    return switch (principal) {
      case Principal.User(String name) ->
          handle
              .createQuery("select user_id from iam_user where name_key = :key")
              .bind("key", Principals.key(name))
              .mapTo(String.class)
              .findOne();
      case Principal.RoleSession session ->
          handle
              .createQuery("select role_id from iam_role where name_key = :key")
              .bind("key", Principals.key(session.roleName()))
              .mapTo(String.class)
              .findOne();
    };
  }

  private AccessKeyRecord temporary(
      Principal principal, String token, SessionContext context, Duration lifetime) {
    Instant now = clock.instant();
    return new AccessKeyRecord(
        identifiers.accessKeyId("ASIA"),
        identifiers.secret(),
        true,
        principal,
        Optional.of(Hashes.hex(token)),
        // Whole seconds: that is what APIs tell, and nothing may outlive what was told.
        Optional.of(now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS)),
        now,
        context);
  }

  private static IssuedKey issued(AccessKeyRecord key, String token) {
    return new IssuedKey(key.accessKeyId(), key.secret(), token, key.expiration().orElseThrow());
  }

  private void insert(Handle handle, AccessKeyRecord key) {
    Optional<Principal.RoleSession> session =
        key.principal() instanceof Principal.RoleSession role
            ? Optional.of(role)
            : Optional.empty();
    Optional<String> user =
        key.principal() instanceof Principal.User(String name)
            ? Optional.of(Principals.key(name))
            : Optional.empty();
    byte[] secret = key.secret().getBytes(StandardCharsets.UTF_8);
    handle
        .createUpdate(
            """
            insert into access_key (access_key_id, secret, status, user_key, role_key,
              session_name, instance_id, token_hash, expires_at, created_at, session_context)
            values (:id, :secret, :status, :userKey, :roleKey, :sessionName, :instanceId,
              :tokenHash, :expires, :created, :context)
            """)
        .bind("id", key.accessKeyId())
        .bind("secret", masterKey.seal(secret, context(key.accessKeyId())))
        .bind("status", key.active() ? "Active" : "Inactive")
        .bind("userKey", user.orElse(null))
        .bind("roleKey", session.map(role -> Principals.key(role.roleName())).orElse(null))
        .bind("sessionName", session.map(Principal.RoleSession::sessionName).orElse(null))
        .bind("instanceId", session.flatMap(Principal.RoleSession::instanceId).orElse(null))
        .bind("tokenHash", key.sessionTokenHash().orElse(null))
        .bind("expires", Columns.millis(key.expiration()))
        .bind("created", key.createdDate().toEpochMilli())
        .bind("context", key.sessionTokenHash().isEmpty() ? null : key.context().toJson())
        .execute();
  }

  /** Forgets at most so many keys that expired before; returns how many. */
  int purge(Instant expiredBefore, int limit) {
    return identity.write(handle ->
        handle
            .createUpdate(
                """
                delete from access_key where access_key_id in
                  (select access_key_id from access_key where expires_at < :before limit :limit)
                """)
            .bind("before", expiredBefore.toEpochMilli())
            .bind("limit", limit)
            .execute());
  }

  private AccessKeyRecord record(ResultSet row) throws SQLException {
    String id = row.getString("access_key_id");
    byte[] secret = masterKey.open(row.getBytes("secret"), context(id));
    return new AccessKeyRecord(
        id,
        new String(secret, StandardCharsets.UTF_8),
        row.getString("status").equals("Active"),
        principal(row),
        Columns.optionalText(row, "token_hash"),
        Columns.optionalTime(row, "expires_at"),
        Columns.time(row, "created_at"),
        Columns.optionalText(row, "session_context")
            .map(SessionContext::parse)
            .orElse(SessionContext.NONE));
  }

  private static Principal principal(ResultSet row) throws SQLException {
    Optional<String> user = Columns.optionalText(row, "user_name");
    if (user.isPresent()) {
      return new Principal.User(user.get());
    }
    return new Principal.RoleSession(
        row.getString("role_name"),
        row.getString("session_name"),
        Columns.optionalText(row, "instance_id"));
  }

  private static String context(String accessKeyId) {
    return "access key " + accessKeyId;
  }
}
