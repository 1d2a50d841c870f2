package dev.postern.server.store;

import java.time.Instant;

/**
 * One use of an access key.
 *
 * @param service the name in the signature's scope, for example {@code ssm}
 */
public record KeyUse(Instant at, String service, String region) {}
