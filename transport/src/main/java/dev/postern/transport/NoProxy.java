package dev.postern.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of {@code no_proxy}: comma-separated names (which cover their sub-domains too), {@code
 * .name} or {@code *.name} (sub-domains only), addresses, address ranges in CIDR form, each name or
 * address with an optional port; {@code *} for everything. Immutable.
 *
 * <p>Names are not resolved: a range covers only targets that are written as addresses.
 */
public final class NoProxy {
  public static final NoProxy NONE = new NoProxy(List.of());

  private sealed interface Rule {
    record Everything() implements Rule {}

    /** Port -1 is any port. */
    record Name(String suffix, boolean itself, int port) implements Rule {}

    /** The first {@code prefixBits} bits of the address count. */
    record Range(InetAddress start, int prefixBits, int port) implements Rule {}
  }

  private final List<Rule> rules;

  private NoProxy(List<Rule> rules) {
    this.rules = rules;
  }

  /** An entry without meaning covers nothing, as with other programs that read the variable. */
  public static NoProxy parse(String value) {
    return new NoProxy(
        Arrays.stream(value.split("[,\\s]+"))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> rule(entry.toLowerCase(Locale.ROOT)))
            .filter(Objects::nonNull)
            .toList());
  }

  boolean covers(String target, int port) {
    String host = target.toLowerCase(Locale.ROOT);
    InetAddress address = address(host);
    if (host.equals("localhost") || (address != null && address.isLoopbackAddress())) {
      return true;
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    for (Rule rule : rules) {
      boolean covered =
          switch (rule) {
            case Rule.Everything _ -> true;
            case Rule.Name(String suffix, boolean itself, int onlyPort) ->
                portMatches(onlyPort, port)
                    && address == null
                    && (name.endsWith("." + suffix) || (itself && name.equals(suffix)));
            case Rule.Range(InetAddress start, int bits, int onlyPort) ->
                portMatches(onlyPort, port)
                    && address != null
                    && inRange(address.getAddress(), start.getAddress(), bits);
          };
      if (covered) {
        return true;
      }
    }
    return false;
  }

  private static boolean portMatches(int onlyPort, int port) {
    return onlyPort < 0 || onlyPort == port;
  }

  private static boolean inRange(byte[] address, byte[] start, int bits) {
    if (address.length != start.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((address[i / 8] & mask) != (start[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable Rule rule(String entry) {
    if (entry.equals("*")) {
      return new Rule.Everything();
    }
    int slash = entry.indexOf('/');
    if (slash >= 0) {
      return range(entry.substring(0, slash), entry.substring(slash + 1));
    }
    InetAddress whole = address(Target.withoutBrackets(entry));
    if (whole != null) {
      return new Rule.Range(whole, bits(whole), -1);
    }
    int port = -1;
    String host = entry;
    int colon = entry.lastIndexOf(':');
    if (colon >= 0) {
      port = number(entry.substring(colon + 1), 65535);
      host = Target.withoutBrackets(entry.substring(0, colon));
      if (port < 0) {
        return null;
      }
      InetAddress address = address(host);
      if (address != null) {
        return new Rule.Range(address, bits(address), port);
      }
    }
    String suffix = host.startsWith("*.") ? host.substring(1) : host;
    boolean itself = !suffix.startsWith(".");
    suffix = itself ? suffix : suffix.substring(1);
    return suffix.isEmpty() ? null : new Rule.Name(suffix, itself, port);
  }

  private static @Nullable Rule range(String start, String bits) {
    InetAddress address = address(start);
    int prefix = address == null ? -1 : number(bits, bits(address));
    return address == null || prefix < 0 ? null : new Rule.Range(address, prefix, -1);
  }

  private static int number(String digits, int max) {
    if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(Character::isDigit)) {
      return -1;
    }
    int number = Integer.parseInt(digits);
    return number <= max ? number : -1;
  }

  private static int bits(InetAddress address) {
    return address.getAddress().length * Byte.SIZE;
  }

  /** An address in text form; null for a name, which is never looked up. */
  private static @Nullable InetAddress address(String text) {
    try {
      return text.indexOf(':') >= 0 ? InetAddress.ofLiteral(text) : Inet4Address.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  @Override
  public String toString() {
    return rules.toString();
  }
}
