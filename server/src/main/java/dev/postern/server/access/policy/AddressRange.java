package dev.postern.server.access.policy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A CIDR block of IPv4 or IPv6; a bare address is a block of one. Read by hand, since the JDK would
 * ask the resolver or the machine's interfaces about some texts.
 */
final class AddressRange {
  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;
  private static final int V6_GROUPS = 8;
  private static final int CHARACTERS_MAX = 49;

  /** How an IPv4 address looks inside IPv6; clients of a dual-stack socket come so. */
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final byte[] address;
  private final int prefixBits;

  private AddressRange(byte[] address, int prefixBits) {
    this.address = address;
    this.prefixBits = prefixBits;
  }

  /** Null for what is no address or block. */
  static @Nullable AddressRange parse(String text) {
    if (text.length() > CHARACTERS_MAX) {
      return null;
    }
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    byte[] address = host.indexOf(':') >= 0 ? v6(host) : v4(host);
    if (address == null) {
      return null;
    }
    int bits = slash < 0 ? address.length * 8 : number(text.substring(slash + 1), 10, 128);
    if (bits < 0 || bits > address.length * 8) {
      return null;
    }
    boolean mapped =
        address.length == V6_BYTES
            && bits >= MAPPED.length * 8
            && Arrays.equals(address, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
    return mapped
        ? new AddressRange(
            Arrays.copyOfRange(address, MAPPED.length, V6_BYTES), bits - MAPPED.length * 8)
        : new AddressRange(address, bits);
  }

  private static byte @Nullable [] v4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != V4_BYTES) {
      return null;
    }
    byte[] address = new byte[V4_BYTES];
    for (int i = 0; i < V4_BYTES; i++) {
      int value = number(parts[i], 10, 255);
      if (value < 0) {
        return null;
      }
      address[i] = (byte) value;
    }
    return address;
  }

  private static byte @Nullable [] v6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] all = groups(text);
      return all != null && all.length == V6_BYTES ? all : null;
    }
    byte[] head = groups(text.substring(0, gap));
    byte[] tail = groups(text.substring(gap + 2));
    if (head == null || tail == null || head.length + tail.length > V6_BYTES - 2) {
      return null;
    }
    byte[] address = new byte[V6_BYTES];
    System.arraycopy(head, 0, address, 0, head.length);
    System.arraycopy(tail, 0, address, V6_BYTES - tail.length, tail.length);
    return address;
  }

  /** Groups without a gap; the last may be an IPv4 address. */
  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] parts = text.split(":", -1);
    if (parts.length > V6_GROUPS) {
      return null;
    }
    byte[] bytes = new byte[V6_BYTES + 2];
    int length = 0;
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        byte[] embedded = v4(parts[i]);
        if (embedded == null || length > V6_BYTES - V4_BYTES) {
          return null;
        }
        System.arraycopy(embedded, 0, bytes, length, V4_BYTES);
        length += V4_BYTES;
      } else {
        int value = number(parts[i], 16, 0xffff);
        if (value < 0) {
          return null;
        }
        bytes[length++] = (byte) (value >> 8);
        bytes[length++] = (byte) value;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  /** Digits alone; -1 for anything else or beyond the greatest. */
  private static int number(String digits, int radix, int greatest) {
    if (digits.isEmpty() || digits.length() > V4_BYTES) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      int digit = c < 128 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value > greatest ? -1 : value;
  }

  /** Whether another block lies within this one. */
  boolean contains(AddressRange other) {
    if (address.length != other.address.length || other.prefixBits < prefixBits) {
      return false;
    }
    for (int bit = 0; bit < prefixBits; bit += 8) {
      int differing = (address[bit / 8] ^ other.address[bit / 8]) & 0xff;
      int mask = prefixBits - bit >= 8 ? 0xff : 0xff << (8 - (prefixBits - bit)) & 0xff;
      if ((differing & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
