package dev.postern.server.service.ssm;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The public keys that nodes register: RSA of 2048 to 8192 bits, as base64 of an X.509
 * SubjectPublicKeyInfo.
 */
final class NodeKeys {
  /** What the encoding of a key of 2048 bits has (spec/agent-service.md 1.2). */
  static final int PUBLIC_KEY_LENGTH_MIN = 392;

  static final int PUBLIC_KEY_LENGTH_MAX = 2048;
  static final String DEMAND =
      "Member must be an RSA public key of 2048 to 8192 bits in base64 of X.509 form";

  private static final int BITS_MIN = 2048;
  private static final int BITS_MAX = 8192;

  private NodeKeys() {}

  static boolean isUsable(String publicKey) {
    try {
      byte[] der = Base64.getDecoder().decode(publicKey);
      return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der))
              instanceof RSAPublicKey key
          && key.getModulus().bitLength() >= BITS_MIN
          && key.getModulus().bitLength() <= BITS_MAX;
    } catch (IllegalArgumentException | GeneralSecurityException notAKey) {
      return false;
    }
  }
}
