package dev.postern.server.store;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Policies that are part of a user, role or group. Documents are kept as they were given. Static
 * methods run inside a transaction of the caller's.
 */
final class InlinePolicies {
  private InlinePolicies() {}

  /** Names to documents, by name. */
  static Map<String, String> of(Handle handle, IamEntity kind, String key) {
    Map<String, String> policies = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select policy_name, document from inline_policy
            where entity_kind = :kind and entity_key = :key order by policy_name
            """)
        .bind("kind", kind.text())
        .bind("key", key)
        .map((row, context) -> Map.entry(row.getString("policy_name"), row.getString("document")))
        .forEach(policy -> policies.put(policy.getKey(), policy.getValue()));
    return policies;
  }

  /** Makes or replaces one. */
  static void put(Handle handle, IamEntity kind, String key, String policyName, String document) {
    handle
        .createUpdate(
            """
            insert into inline_policy (entity_kind, entity_key, policy_name, document)
            values (:kind, :key, :name, :document)
            on conflict (entity_kind, entity_key, policy_name) do update set document = :document
            """)
        .bind("kind", kind.text())
        .bind("key", key)
        .bind("name", policyName)
        .bind("document", document)
        .execute();
  }

  /** False when there was none of that name. */
  static boolean delete(Handle handle, IamEntity kind, String key, String policyName) {
    return handle
            .createUpdate(
                """
                delete from inline_policy
                where entity_kind = :kind and entity_key = :key and policy_name = :name
                """)
            .bind("kind", kind.text())
            .bind("key", key)
            .bind("name", policyName)
            .execute()
        > 0;
  }
}
