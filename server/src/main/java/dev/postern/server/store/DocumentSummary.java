package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;

/**
 * A document as lists show it: its default version without the content.
 *
 * @param isPublic whether it is shared with all accounts
 */
public record DocumentSummary(
    String name,
    String type,
    long version,
    DocumentLabels labels,
    Instant createdDate,
    Map<String, String> tags,
    boolean isPublic) {}
