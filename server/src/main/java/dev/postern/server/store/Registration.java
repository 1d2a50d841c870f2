package dev.postern.server.store;

/** How the registration of a node ended. Only the first outcome changed anything. */
public enum Registration {
  /** The node exists and the activation has one registration less to give. */
  REGISTERED,
  /** There is no such activation. */
  ACTIVATION_UNKNOWN,
  ACTIVATION_EXPIRED,
  /** The activation has registered as many nodes as it may. */
  ACTIVATION_USED_UP,
  /** A node has this id already. */
  INSTANCE_EXISTS
}
