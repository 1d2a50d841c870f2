package dev.postern.aws.sigv4;

import org.jspecify.annotations.Nullable;

/** Finds access keys by their id. */
@FunctionalInterface
public interface AccessKeys<K extends AccessKey> {
  /** Null when there is none, or it is not active. */
  @Nullable K find(String accessKeyId);
}
