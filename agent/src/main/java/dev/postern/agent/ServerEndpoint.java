package dev.postern.agent;

import java.net.URI;

/** The address of a server as people give it: scheme, host and perhaps a port, nothing else. */
final class ServerEndpoint {
  static final String REGION_PATTERN = "[A-Za-z0-9-]{1,100}";
  private static final String LOOPBACK_PATTERN = "localhost|127\\.[0-9.]+|\\[::1]";

  private ServerEndpoint() {}

  /**
   * The address without what may follow it.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static URI https(URI given) {
    return checked(given, false);
  }

  /**
   * The same, or plain HTTP to this very machine, which is for tests: credentials would be readable
   * on the way.
   */
  static URI httpsOrLoopback(URI given) {
    return checked(given, true);
  }

  private static URI checked(URI given, boolean plainToLoopback) {
    String host = given.getHost();
    String scheme = String.valueOf(given.getScheme());
    String path = String.valueOf(given.getRawPath());
    boolean plain =
        plainToLoopback && scheme.equals("http") && host != null && host.matches(LOOPBACK_PATTERN);
    if (host == null
        || !(scheme.equals("https") || plain)
        || !(path.isEmpty() || path.equals("/"))
        || given.getRawQuery() != null
        || given.getRawFragment() != null
        || given.getRawUserInfo() != null) {
      throw new IllegalArgumentException("expected https://HOST or https://HOST:PORT");
    }
    return URI.create(scheme + "://" + given.getRawAuthority());
  }
}
