package dev.postern.server.store;

/** What came of a change to a user, group or role. Everything but DONE changed nothing. */
public enum PrincipalChange {
  DONE,
  NO_PRINCIPAL,
  NAME_TAKEN,
  /** No such managed policy. */
  NO_POLICY,
  /** The managed policy is not attached, or there is no inline policy of that name. */
  NOT_THERE,
  TOO_MANY_PRINCIPALS,
  TOO_MANY_POLICIES,
  TOO_MANY_TAGS,
  TOO_MANY_GROUPS,
  /** All inline policies together are longer than allowed. */
  INLINE_TOO_LONG,
  HAS_ACCESS_KEYS,
  HAS_POLICIES,
  HAS_ATTACHED_POLICIES,
  HAS_GROUPS,
  HAS_USERS,
  HAS_MFA_DEVICES,
  HAS_INSTANCE_PROFILES
}
