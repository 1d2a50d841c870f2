package dev.postern.server.store;

/**
 * A user, group or role that a managed policy is attached to, or limits.
 *
 * @param kind USER, GROUP or ROLE
 * @param name as given
 * @param path begins and ends with a slash
 * @param id the unique id
 * @param boundary whether the policy is its permissions boundary; else it is attached
 */
public record PolicyEntity(IamEntity kind, String name, String path, String id, boolean boundary) {}
