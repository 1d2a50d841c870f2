package dev.postern.aws.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The chain of HMACs from a secret to a signature. */
final class SigningKey {
  static final String ALGORITHM = "AWS4-HMAC-SHA256";

  private static final String MAC = "HmacSHA256";

  private SigningKey() {}

  /** The signature in lower-case hexadecimal digits. */
  static String sign(String secretAccessKey, CredentialScope scope, String stringToSign) {
    byte[] key = ("AWS4" + secretAccessKey).getBytes(StandardCharsets.UTF_8);
    key = mac(key, scope.date());
    key = mac(key, scope.region());
    key = mac(key, scope.service());
    key = mac(key, CredentialScope.TERMINATOR);
    return HexFormat.of().formatHex(mac(key, stringToSign));
  }

  private static byte[] mac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + MAC, impossible);
    }
  }
}
