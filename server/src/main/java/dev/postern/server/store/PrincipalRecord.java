package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A user, group or role, as far as they are alike.
 *
 * @param kind USER, GROUP or ROLE
 * @param name as given; look-ups do not regard case
 * @param path begins and ends with a slash
 * @param id {@code AIDA...}, {@code AGPA...} or {@code AROA...}
 * @param boundary the ARN of the permissions boundary; groups have none
 * @param tags by key; groups have none
 */
public record PrincipalRecord(
    IamEntity kind,
    String name,
    String path,
    String id,
    Instant createdDate,
    Optional<String> boundary,
    Map<String, String> tags) {}
