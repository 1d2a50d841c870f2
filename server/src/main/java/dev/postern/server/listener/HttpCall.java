package dev.postern.server.listener;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request as the client sent it, whole. What a trusted proxy says about its address and
 * its Host header is already in force.
 *
 * @param method as sent
 * @param target the request target as sent: raw path, and raw query after {@code ?}
 * @param headers in order, names as sent, repeated ones repeated
 * @param body at most the listener's limit; empty when there was none
 * @param remote the client's address: the peer's, or what trusted proxies say
 * @param secure whether the client itself spoke TLS; only a trusted proxy can say that it did not
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record HttpCall(
    String method,
    String target,
    List<Header> headers,
    byte[] body,
    InetSocketAddress remote,
    boolean secure) {
  /** One header line. */
  public record Header(String name, String value) {}

  public HttpCall {
    headers = List.copyOf(headers);
  }

  /** A request over TLS. */
  public HttpCall(
      String method, String target, List<Header> headers, byte[] body, InetSocketAddress remote) {
    this(method, target, headers, body, remote, true);
  }

  /** The first value of a header, by its name without regard to case. */
  public @Nullable String header(String name) {
    for (Header header : headers) {
      if (header.name().equalsIgnoreCase(name)) {
        return header.value();
      }
    }
    return null;
  }
}
