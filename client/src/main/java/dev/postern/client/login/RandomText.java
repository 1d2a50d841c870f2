package dev.postern.client.login;

import java.util.Base64;
import java.util.random.RandomGenerator;

/** Texts that nobody can guess. */
final class RandomText {
  /** 256 bits, which give the 43 characters that RFC 7636 section 4.1 recommends. */
  private static final int BYTES = 32;

  private RandomText() {}

  /** 43 characters of base64url. */
  static String create(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
