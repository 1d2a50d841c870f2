package dev.postern.server.store;

import java.util.Base64;
import java.util.random.RandomGenerator;

/** New ids and secrets in AWS's forms (spec/aws-api.md 3.1). As safe for threads as the source. */
final class Identifiers {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int KEY_ID_LETTERS = 16;
  private static final int PRINCIPAL_ID_LETTERS = 17;

  /** 40 characters of base64. */
  private static final int SECRET_BYTES = 30;

  private static final int SESSION_TOKEN_BYTES = 48;

  private final RandomGenerator random;

  Identifiers(RandomGenerator random) {
    this.random = random;
  }

  String accessKeyId(String prefix) {
    return prefix + letters(KEY_ID_LETTERS);
  }

  String principalId(String prefix) {
    return prefix + letters(PRINCIPAL_ID_LETTERS);
  }

  String secret() {
    return Base64.getEncoder().encodeToString(bytes(SECRET_BYTES));
  }

  String sessionToken() {
    return Base64.getEncoder().encodeToString(bytes(SESSION_TOKEN_BYTES));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private String letters(int count) {
    StringBuilder letters = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return letters.toString();
  }
}
