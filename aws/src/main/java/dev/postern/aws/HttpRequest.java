package dev.postern.aws;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP request as it is signed and sent.
 *
 * @param method upper case
 * @param uri absolute; the raw path and raw query go on the wire as they stand here
 * @param headers by lower-case name, in order; without {@code host} and {@code content-length},
 *     which follow from the other members
 * @param body may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // made once, handed on, never compared
public record HttpRequest(String method, URI uri, Map<String, List<String>> headers, byte[] body) {
  public HttpRequest {
    headers = Map.copyOf(headers);
  }

  /** The Host header to send and to sign: with the port unless it is the scheme's default. */
  public String host() {
    String name = uri.getHost();
    String scheme = uri.getScheme();
    if (name == null || scheme == null) {
      throw new IllegalArgumentException("the address must have a scheme and a host");
    }
    int standardPort =
        switch (scheme.toLowerCase(Locale.ROOT)) {
          case "https", "wss" -> 443;
          case "http", "ws" -> 80;
          default -> throw new IllegalArgumentException("unknown scheme " + scheme);
        };
    int port = uri.getPort();
    return port == -1 || port == standardPort ? name : name + ":" + port;
  }
}
