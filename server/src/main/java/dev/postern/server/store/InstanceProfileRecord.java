package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An instance profile: what hands a role to a machine.
 *
 * @param name as given; look-ups do not regard case
 * @param path begins and ends with a slash
 * @param id {@code AIPA...}
 * @param role the one role that it holds, if any
 */
public record InstanceProfileRecord(
    String name,
    String path,
    String id,
    Instant createdDate,
    Optional<RoleDetail> role,
    Map<String, String> tags) {}
