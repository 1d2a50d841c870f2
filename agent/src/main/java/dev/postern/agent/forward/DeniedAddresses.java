package dev.postern.agent.forward;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Where no session may connect to: addresses at which a cloud hands out credentials and settings of
 * the machine itself. Immutable.
 */
public final class DeniedAddresses {
  /**
   * The official agent's list (spec/aws-api.md 2.6), and the same services of Azure and Alibaba
   * Cloud.
   */
  private static final String DEFAULT =
      "169.254.169.254,fd00:ec2::254,169.254.169.253,fd00:ec2::253,169.254.169.123,fd00:ec2::123,"
          + "169.254.169.250,169.254.169.251,fd00:ec2::240,168.63.129.16,100.100.100.200";

  /** How a list says that it is empty. */
  private static final String NONE = "none";

  private final Set<InetAddress> addresses;

  private DeniedAddresses(Set<InetAddress> addresses) {
    this.addresses = Set.copyOf(addresses);
  }

  /** What is denied unless someone says otherwise. */
  public static DeniedAddresses byDefault() {
    return parse(DEFAULT);
  }

  /**
   * Reads addresses, separated by commas.
   *
   * @param list {@code none} for no address
   * @throws IllegalArgumentException when one is no address; names are not looked up
   */
  public static DeniedAddresses parse(String list) {
    Set<InetAddress> addresses = new HashSet<>();
    if (!list.strip().equals(NONE)) {
      Arrays.stream(list.split(","))
          .map(String::strip)
          .map(DeniedAddresses::literal)
          .forEach(addresses::add);
    }
    return new DeniedAddresses(addresses);
  }

  private static InetAddress literal(String address) {
    try {
      return InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("no IP address: " + address, wrong);
    }
  }

  /** An address is denied under whatever scope it is written. */
  boolean contains(InetAddress address) {
    try {
      return addresses.contains(InetAddress.getByAddress(address.getAddress()));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
