package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One activation: the right to register nodes.
 *
 * @param codeHash SHA-256 of the activation code
 * @param instanceId the id that its only node takes, from the tag {@code postern:instance-id}
 */
// A hash is compared in constant time and nowhere else; equality of records is not used.
@SuppressWarnings("ArrayRecordComponent")
public record ActivationRecord(
    String activationId,
    byte[] codeHash,
    Optional<String> description,
    Optional<String> defaultInstanceName,
    String iamRole,
    int registrationLimit,
    int registrationsCount,
    Instant expirationDate,
    Instant createdDate,
    Map<String, String> tags,
    Optional<String> instanceId) {}
