package dev.postern.server;

/**
 * Where the server listens.
 *
 * @param host a name or a literal address, IPv6 without brackets
 * @param port 0 for any free one
 */
public record ListenAddress(String host, int port) {
  private static final int PORT_MAX = 65535;

  public ListenAddress {
    if (!host.matches("[A-Za-z0-9._:-]+")) {
      throw new IllegalArgumentException("the host is missing or malformed");
    }
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("the port must be between 0 and " + PORT_MAX);
    }
  }

  /** Reads {@code HOST:PORT}; an IPv6 address stands in brackets. */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    if (colon <= 0 || !port.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("it is not HOST:PORT");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    if (bracketed != host.contains(":")) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets: [::1]:8443");
    }
    return new ListenAddress(host, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
