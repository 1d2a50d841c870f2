package dev.postern.aws.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the verifier must know of an access key; whoever keeps the keys implements it. */
public interface AccessKey {
  String secretAccessKey();

  /**
   * Whether a request may bear this token, null standing for none. A long-term key takes none; a
   * temporary one takes its own and no other. Compares in constant time.
   */
  boolean acceptsSessionToken(@Nullable String sessionToken);

  /** When a temporary key ends; null for a long-term one. */
  @Nullable Instant expiration();

  /** Comparison of two tokens that takes the same time wherever they differ. */
  static boolean sameToken(@Nullable String expected, @Nullable String given) {
    if (expected == null || given == null) {
      return expected == null && given == null;
    }
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
