package dev.postern.server.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Managed policies that are attached to users, roles and groups. Safe for use by many threads.
 * Whether entity and policy exist is the caller's to ask, inside the same transaction where it
 * matters.
 */
public final class PolicyAttachments {
  private final Identity identity;

  PolicyAttachments(Identity identity) {
    this.identity = identity;
  }

  /** ARNs, in order. */
  public List<String> of(IamEntity kind, String name) {
    return identity.read(handle -> of(handle, kind, Principals.key(name)));
  }

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

  /** How many users, roles and groups a policy is attached to. */
  static int count(Handle handle, String policyArn) {
    return handle
        .createQuery(
            """
            select (select count(*) from user_policy where policy_arn = :arn)
              + (select count(*) from role_policy where policy_arn = :arn)
              + (select count(*) from group_policy where policy_arn = :arn)
            """)
        .bind("arn", policyArn)
        .mapTo(Integer.class)
        .one();
  }
}
