package dev.postern.server.store;

import java.time.Instant;

/** A temporary access key, told once to whom it was issued. */
public record IssuedKey(
    String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration) {
  @Override
  public String toString() {
    return "IssuedKey[" + accessKeyId + "]";
  }
}
