package dev.postern.server.listener;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Addresses that share their first bits, as CIDR writes them: {@code 10.0.0.0/8}. Immutable.
 *
 * @param network the lowest address; IPv4 addresses in IPv6 form count as IPv4
 * @param prefixBits how many bits are shared: at most 32 of IPv4, 128 of IPv6
 */
public record AddressRange(InetAddress network, int prefixBits) {
  private static final Pattern IPV4 =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,2}");

  public AddressRange {
    if (prefixBits < 0 || prefixBits > network.getAddress().length * Byte.SIZE) {
      throw new IllegalArgumentException("the prefix is longer than an address");
    }
    byte[] bits = network.getAddress();
    for (int i = prefixBits; i < bits.length * Byte.SIZE; i++) {
      if ((bits[i / Byte.SIZE] & mask(i)) != 0) {
        throw new IllegalArgumentException("the address has bits behind its prefix");
      }
    }
  }

  /** Reads {@code ADDRESS/PREFIX}, or one address. Names are not looked up. */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress network =
        literal(slash < 0 ? text : text.substring(0, slash))
            .orElseThrow(
                () -> new IllegalArgumentException("it is not an address or ADDRESS/PREFIX"));
    String prefix = text.substring(slash + 1);
    if (slash >= 0 && !NUMBER.matcher(prefix).matches()) {
      throw new IllegalArgumentException("it is not an address or ADDRESS/PREFIX");
    }
    int bits = slash < 0 ? network.getAddress().length * Byte.SIZE : Integer.parseInt(prefix);
    return new AddressRange(network, bits);
  }

  /** An address written in numbers, without brackets, port or zone; empty for anything else. */
  static Optional<InetAddress> literal(String text) {
    boolean number = text.indexOf(':') < 0 ? IPV4.matcher(text).matches() : isIpv6(text);
    try {
      return number ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
    } catch (IllegalArgumentException outOfRange) {
      return Optional.empty();
    }
  }

  private static boolean isIpv6(String text) {
    return IPV6.matcher(text).matches();
  }

  boolean contains(InetAddress address) {
    byte[] ours = network.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int i = 0; i < prefixBits; i++) {
      if (((ours[i / Byte.SIZE] ^ theirs[i / Byte.SIZE]) & mask(i)) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int mask(int bit) {
    return 0x80 >> (bit % Byte.SIZE);
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefixBits;
  }
}
