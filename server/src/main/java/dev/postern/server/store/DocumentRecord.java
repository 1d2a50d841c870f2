package dev.postern.server.store;

import java.time.Instant;

/**
 * One version of a document of the account.
 *
 * @param type AWS's document type, for example {@code Session}
 * @param format {@code JSON}, {@code YAML} or {@code TEXT}
 * @param content as it was given
 * @param defaultVersion what {@code $DEFAULT} means
 * @param latestVersion what {@code $LATEST} means
 * @param createdDate of this version
 */
public record DocumentRecord(
    String name,
    String type,
    long version,
    String format,
    String content,
    long defaultVersion,
    long latestVersion,
    Instant createdDate) {}
