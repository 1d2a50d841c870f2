package dev.postern.client.login;

import java.time.Instant;

/**
 * Temporary credentials. The text form hides them.
 *
 * @param expiration until when they are taken, to the second
 */
public record SessionCredentials(
    String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration) {
  @Override
  public String toString() {
    return "SessionCredentials[until " + expiration + "]";
  }
}
