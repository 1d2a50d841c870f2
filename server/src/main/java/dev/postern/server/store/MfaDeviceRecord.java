package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A virtual MFA device, without its seed.
 *
 * @param serialNumber its ARN
 * @param userName whose it is, while it is enabled
 * @param enabledDate since when it is that user's
 * @param tags by key
 */
public record MfaDeviceRecord(
    String serialNumber,
    Optional<String> userName,
    Optional<Instant> enabledDate,
    Map<String, String> tags) {}
