package dev.postern.server.store;

import java.time.Duration;
import java.util.Optional;

/**
 * A role with all that its own operations show.
 *
 * @param principal what users, groups and roles have alike
 * @param trustPolicy the JSON document that says who may assume it
 * @param maxSessionDuration the longest life of a session's credentials
 * @param lastUse absent for a role that was never used
 */
public record RoleDetail(
    PrincipalRecord principal,
    String trustPolicy,
    Optional<String> description,
    Duration maxSessionDuration,
    Optional<AccountDetails.LastUse> lastUse) {}
