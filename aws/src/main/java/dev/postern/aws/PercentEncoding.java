package dev.postern.aws;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * RFC 3986 percent-encoding as AWS uses it: everything but {@code A-Z a-z 0-9 - . _ ~} is encoded,
 * with upper-case digits. Decoding is strict: a broken escape, a character outside printable ASCII
 * or bytes that are no UTF-8 are refused rather than guessed.
 */
public final class PercentEncoding {
  private static final String DIGITS = "0123456789ABCDEF";

  private PercentEncoding() {}

  /** Encodes the UTF-8 of a text. */
  public static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8), false);
  }

  /**
   * Encodes bytes.
   *
   * @param keepSlash leaves {@code /} as it is
   */
  public static String encode(byte[] bytes, boolean keepSlash) {
    var out = new StringBuilder(bytes.length + 16);
    for (byte b : bytes) {
      int c = b & 0xff;
      if (isUnreserved(c) || (c == '/' && keepSlash)) {
        out.append((char) c);
      } else {
        out.append('%').append(DIGITS.charAt(c >> 4)).append(DIGITS.charAt(c & 15));
      }
    }
    return out.toString();
  }

  /** The text that was encoded. {@code +} stays {@code +}. */
  public static String decode(String encoded) throws MalformedEncodingException {
    return utf8(decodeBytes(encoded, false));
  }

  /** The same where {@code +} stands for a space: query strings and forms. */
  public static String decodeForm(String encoded) throws MalformedEncodingException {
    return utf8(decodeBytes(encoded, true));
  }

  /** The bytes that were encoded, whatever they mean. */
  public static byte[] decodeBytes(String encoded, boolean plusIsSpace)
      throws MalformedEncodingException {
    byte[] out = new byte[encoded.length()];
    int length = 0;
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c <= ' ' || c > '~') {
        throw new MalformedEncodingException("a character outside printable ASCII");
      }
      if (c == '%') {
        if (i + 2 >= encoded.length()) {
          throw new MalformedEncodingException("a percent sign without two digits");
        }
        out[length++] = (byte) (digit(encoded.charAt(i + 1)) << 4 | digit(encoded.charAt(i + 2)));
        i += 2;
      } else {
        out[length++] = (byte) (c == '+' && plusIsSpace ? ' ' : c);
      }
    }
    return Arrays.copyOf(out, length);
  }

  private static int digit(char c) throws MalformedEncodingException {
    int value = c < 128 ? Character.digit(c, 16) : -1;
    if (value < 0) {
      throw new MalformedEncodingException("a percent sign without two digits");
    }
    return value;
  }

  private static String utf8(byte[] bytes) throws MalformedEncodingException {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return text.toString();
    } catch (CharacterCodingException _) {
      throw new MalformedEncodingException("bytes that are no UTF-8");
    }
  }

  private static boolean isUnreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }
}
