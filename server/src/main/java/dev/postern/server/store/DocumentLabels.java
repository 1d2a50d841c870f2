package dev.postern.server.store;

import java.util.Optional;

/**
 * What is told of one version of a document besides its content.
 *
 * @param format {@code JSON} or {@code YAML}
 * @param description what the content says of itself
 * @param versionName unique among the document's versions
 * @param targetType the kind of resources that it is for
 */
public record DocumentLabels(
    String format,
    Optional<String> description,
    Optional<String> versionName,
    Optional<String> displayName,
    Optional<String> targetType) {
  /** Labels of a version that was given none. */
  public static DocumentLabels of(String format, Optional<String> description) {
    return new DocumentLabels(
        format, description, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
