package dev.postern.server.store;

import java.time.Instant;
import java.util.Map;

/**
 * One version of a document.
 *
 * @param type AWS's document type, for example {@code Session}
 * @param content as it was given
 * @param defaultVersion what {@code $DEFAULT} means
 * @param latestVersion what {@code $LATEST} means
 * @param createdDate of this version
 * @param tags of the document
 */
public record DocumentRecord(
    String name,
    String type,
    long version,
    DocumentLabels labels,
    String content,
    long defaultVersion,
    long latestVersion,
    Instant createdDate,
    Map<String, String> tags) {}
