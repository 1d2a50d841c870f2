package dev.postern.server.store;

import java.time.Instant;

/**
 * One version of a managed policy.
 *
 * @param version its number, from 1, never given twice
 * @param document the JSON text as it was given
 * @param inForce whether it is the policy's default version
 */
public record PolicyVersionRecord(
    long version, String document, Instant createdDate, boolean inForce) {}
