package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Who may assume the roles. Safe for use by many threads. */
public final class RoleTrusts {
  private final Identity identity;

  RoleTrusts(Identity identity) {
    this.identity = identity;
  }

  /** The role of this name, given without a path, without regard to case. */
  public Optional<TrustedRole> find(String roleName) {
    return identity.read(handle ->
        handle
            .createQuery("select * from iam_role where name_key = :key")
            .bind("key", Principals.key(roleName))
            .map((row, context) -> role(row))
            .findOne());
  }

  private static TrustedRole role(ResultSet row) throws SQLException {
    return new TrustedRole(
        row.getString("role_name"),
        row.getString("path"),
        row.getString("role_id"),
        row.getString("trust_policy"),
        Columns.tags(row, "trust_ids"),
        Duration.ofSeconds(row.getLong("session_seconds_max")));
  }
}
