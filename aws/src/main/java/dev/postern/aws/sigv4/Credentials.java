package dev.postern.aws.sigv4;

import org.jspecify.annotations.Nullable;

/**
 * What a caller signs with. The text form hides the secret and the token.
 *
 * @param sessionToken present for temporary credentials
 */
public record Credentials(
    String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
  public Credentials {
    if (accessKeyId.isEmpty() || accessKeyId.indexOf('/') >= 0) {
      throw new IllegalArgumentException("no access key id");
    }
    if (secretAccessKey.isEmpty()) {
      throw new IllegalArgumentException("no secret access key");
    }
  }

  @Override
  public String toString() {
    return "Credentials[" + accessKeyId + "]";
  }
}
