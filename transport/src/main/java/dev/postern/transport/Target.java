package dev.postern.transport;

import java.net.URI;
import java.util.Locale;

/**
 * Where a connection ends.
 *
 * @param secure whether TLS is spoken with it
 * @param host as it was written, since a signature may cover it; without brackets
 */
record Target(boolean secure, String host, int port) {
  private static final int PORT_HTTP = 80;
  private static final int PORT_HTTPS = 443;

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when the address is not one of http, https, ws, wss with a
   *     host and without user info
   */
  static Target of(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean secure =
        switch (scheme) {
          case "https", "wss" -> true;
          case "http", "ws" -> false;
          default -> throw new IllegalArgumentException("not an http or ws address: " + scheme);
        };
    String host = uri.getHost();
    if (host == null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("an address needs a host and takes no user info");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? PORT_HTTPS : PORT_HTTP;
    return new Target(secure, withoutBrackets(host), port);
  }

  static String withoutBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private String bracketed() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  /** Host and port, as CONNECT takes them. */
  String authority() {
    return bracketed() + ":" + port;
  }

  /** Value of the Host header: the port only where it is not the scheme's own. */
  String hostHeader() {
    return port == (secure ? PORT_HTTPS : PORT_HTTP) ? bracketed() : authority();
  }

  @Override
  public String toString() {
    return authority();
  }
}
