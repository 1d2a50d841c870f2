package dev.postern.server.store;

import java.time.Instant;

/** A version of a document as lists show it, without its content. */
public record DocumentVersionSummary(
    long version, DocumentLabels labels, Instant createdDate, boolean isDefault) {}
