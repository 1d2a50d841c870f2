package dev.postern.server.store;

import java.time.Instant;

/** A long-term access key of a user, without its secret. */
public record UserKeyRecord(
    String accessKeyId, String userName, boolean active, Instant createdDate) {}
