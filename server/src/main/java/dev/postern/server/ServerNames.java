package dev.postern.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The names and addresses under which clients reach the server: the subject alternative names of
 * its certificate, and the only ones that its CA may certify.
 *
 * @param hosts lower case; {@code *.d} stands for every name right below d
 */
public record ServerNames(List<String> hosts, List<InetAddress> addresses) {
  public ServerNames {
    hosts = List.copyOf(hosts);
    addresses = List.copyOf(addresses);
  }

  /**
   * Names for a listener and a public URL; localhost, 127.0.0.1 and ::1 are always among them.
   *
   * @param machineName counts where the server listens on every address
   */
  public static ServerNames of(ListenAddress listen, URI publicUrl, Optional<String> machineName) {
    Set<String> hosts = new LinkedHashSet<>(List.of("localhost"));
    Set<InetAddress> addresses = new LinkedHashSet<>(List.of(literal("127.0.0.1"), literal("::1")));
    add(listen.host(), hosts, addresses);
    String publicHost = String.valueOf(publicUrl.getHost());
    add(
        publicHost.startsWith("[") ? publicHost.substring(1, publicHost.length() - 1) : publicHost,
        hosts,
        addresses);
    if (addresses.removeIf(InetAddress::isAnyLocalAddress)) {
      machineName.ifPresent(name -> add(name, hosts, addresses));
    }
    return new ServerNames(List.copyOf(hosts), List.copyOf(addresses));
  }

  /** What this machine calls itself, where that can be a host name. */
  public static Optional<String> machineName() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return Optional.of(name).filter(each -> each.matches("[A-Za-z0-9.-]+"));
    } catch (IOException absent) {
      // No Linux: the certificate then lacks a name that the public URL can give.
      return Optional.empty();
    }
  }

  private static void add(
      String host, Collection<String> hosts, Collection<InetAddress> addresses) {
    try {
      addresses.add(literal(host));
    } catch (IllegalArgumentException noAddress) {
      hosts.add(host.toLowerCase(Locale.ROOT));
    }
  }

  /** Never asks a name server. */
  private static InetAddress literal(String address) {
    return InetAddress.ofLiteral(address);
  }
}
