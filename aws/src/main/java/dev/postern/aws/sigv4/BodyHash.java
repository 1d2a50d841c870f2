package dev.postern.aws.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in lower-case hexadecimal digits, as SigV4 names a body. */
public final class BodyHash {
  /** Of no bytes at all. */
  public static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final int DIGITS = 64;

  private BodyHash() {}

  public static String of(byte[] body) {
    return body.length == 0 ? EMPTY : HexFormat.of().formatHex(sha256().digest(body));
  }

  /** Of a body that was fed to {@link #sha256} piece by piece; resets it. */
  public static String finish(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("every JDK has SHA-256", absent);
    }
  }

  static String of(String text) {
    return of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static boolean isHash(String text) {
    return text.length() == DIGITS
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
