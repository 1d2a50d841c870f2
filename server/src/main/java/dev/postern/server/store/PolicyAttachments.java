package dev.postern.server.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Managed policies that are attached to users, roles and groups. Methods run inside a transaction
 * of the caller's, who asks there whether entity and policy exist.
 */
final class PolicyAttachments {
  private PolicyAttachments() {}

  /** ARNs, in order. */
  static List<String> of(Handle handle, IamEntity kind, String key) {
    return handle
        .createQuery(
            "select policy_arn from "
                + kind.attachmentTable()
                + " where name_key = :key order by policy_arn")
        .bind("key", key)
        .mapTo(String.class)
        .list();
  }

  /** Attaching twice changes nothing. */
  static void attach(Handle handle, IamEntity kind, String key, String policyArn) {
    handle
        .createUpdate(
            "insert into "
                + kind.attachmentTable()
                + " (name_key, policy_arn) values (:key, :arn) on conflict do nothing")
        .bind("key", key)
        .bind("arn", policyArn)
        .execute();
  }

  /** False when it was not attached. */
  static boolean detach(Handle handle, IamEntity kind, String key, String policyArn) {
    return handle
            .createUpdate(
                "delete from "
                    + kind.attachmentTable()
                    + " where name_key = :key and policy_arn = :arn")
            .bind("key", key)
            .bind("arn", policyArn)
            .execute()
        > 0;
  }
}
