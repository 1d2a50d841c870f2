package dev.postern.server.store;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts users, roles, policies and providers into the database of a {@link TestStore}. */
public final class TestIdentities {
  private final TestStore store;

  public TestIdentities(TestStore store) {
    this.store = store;
  }

  public void user(String name, String userId) {
    run(
        "insert into iam_user values (?, ?, '/', ?, 1, null)",
        name.toLowerCase(Locale.ROOT),
        name,
        userId);
  }

  /** A role whose sessions last at most an hour. */
  public void role(String name, String roleId, String trustPolicy) {
    role(name, roleId, trustPolicy, "{}");
  }

  public void role(String name, String roleId, String trustPolicy, String trustIds) {
    run(
        """
        insert into iam_role (name_key, role_name, path, role_id, trust_policy,
          session_seconds_max, created_at, trust_ids)
        values (?, ?, '/', ?, ?, 3600, 1, ?)
        """,
        name.toLowerCase(Locale.ROOT),
        name,
        roleId,
        trustPolicy,
        trustIds);
  }

  /** So many roles that there are this many with those that were there. */
  public void roles(int total, String trustPolicy) {
    run(
        """
        with recursive numbers (n) as (
          select (select count(*) from iam_role) union all select n + 1 from numbers where n + 1 < ?)
        insert into iam_role (name_key, role_name, path, role_id, trust_policy,
          session_seconds_max, created_at)
        select 'filler' || n, 'filler' || n, '/', 'AROAFILLER' || n, ?, 3600, 1 from numbers
        """,
        total,
        trustPolicy);
  }

  /** So many instance profiles, which hold no role. */
  public void instanceProfiles(int count) {
    run(
        """
        with recursive numbers (n) as (
          select 1 union all select n + 1 from numbers where n < ?)
        insert into instance_profile (name_key, profile_name, path, profile_id, created_at)
        select 'filler' || n, 'filler' || n, '/', 'AIPAFILLER' || n, 1 from numbers
        """,
        count);
  }

  public void maxSession(String roleName, int seconds) {
    run(
        "update iam_role set session_seconds_max = ? where role_name = ?",
        String.valueOf(seconds),
        roleName);
  }

  /** A policy that is part of a user or role. */
  public void policy(String kind, String entity, String policyName, String document) {
    run(
        "insert into inline_policy values (?, ?, ?, ?)",
        kind,
        entity.toLowerCase(Locale.ROOT),
        policyName,
        document);
  }

  public void tag(String kind, String entity, String key, String value) {
    run(
        "insert into iam_tag values (?, ?, ?, ?, ?)",
        kind,
        entity.toLowerCase(Locale.ROOT),
        key.toLowerCase(Locale.ROOT),
        key,
        value);
  }

  public void delete(String table, String name) {
    run("delete from " + table + " where name_key = ?", name.toLowerCase(Locale.ROOT));
  }

  public void provider(String arn, String url, String clientIds, String thumbprints) {
    run("insert into oidc_provider values (?, ?, ?, ?, 1)", arn, url, clientIds, thumbprints);
  }

  /** A device in use. */
  public void device(String serialNumber, byte[] seed, String userName) throws Exception {
    byte[] sealed = store.options().masterKey().seal(seed, "mfa device " + serialNumber);
    run(
        """
        insert into mfa_device (serial_number, seed, user_key, enabled_at, created_at)
        values (?, ?, ?, 1, 1)
        """,
        serialNumber,
        sealed,
        userName.toLowerCase(Locale.ROOT));
  }

  /** By the store that is open, which counts what is written of identities. */
  private void run(String sql, @Nullable Object... values) {
    store.opened().identity().write(handle -> handle.execute(sql, values));
  }
}
