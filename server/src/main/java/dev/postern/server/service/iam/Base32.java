package dev.postern.server.service.iam;

/** Base32 of RFC 4648 section 6, for bytes that need no padding: five at a time. */
final class Base32 {
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int GROUP_BYTES = 5;
  private static final int CHARACTER_BITS = 5;

  private Base32() {}

  static String encode(byte[] bytes) {
    if (bytes.length % GROUP_BYTES != 0) {
      throw new IllegalArgumentException("not a multiple of 5 bytes: " + bytes.length);
    }
    StringBuilder text = new StringBuilder();
    for (int start = 0; start < bytes.length; start += GROUP_BYTES) {
      long group = 0;
      for (int i = start; i < start + GROUP_BYTES; i++) {
        group = group << Byte.SIZE | Byte.toUnsignedLong(bytes[i]);
      }
      for (int shift = GROUP_BYTES * Byte.SIZE - CHARACTER_BITS;
          shift >= 0;
          shift -= CHARACTER_BITS) {
        text.append(ALPHABET.charAt((int) (group >> shift & (ALPHABET.length() - 1))));
      }
    }
    return text.toString();
  }
}
