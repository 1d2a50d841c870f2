package dev.postern.transport;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the request line and header fields. For one thread. */
final class RequestHead {
  /** What follows from the connection or the message and is not the caller's to say. */
  private static final Set<String> OURS =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "upgrade",
          "te",
          "trailer",
          "expect",
          "proxy-authorization",
          "proxy-connection");

  private final StringBuilder text = new StringBuilder(512);

  RequestHead(String method, String requestTarget, String host) {
    if (!ResponseHead.isToken(method)) {
      throw new IllegalArgumentException("not an HTTP method");
    }
    text.append(method).append(' ').append(requestTarget).append(" HTTP/1.1\r\n");
    add("Host", host);
  }

  /** Raw path and raw query as they stand in the address. */
  static String originForm(URI uri) {
    String path = uri.getRawPath();
    String query = uri.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  RequestHead add(String name, @Nullable String value) {
    if (value == null) {
      return this;
    }
    if (!ResponseHead.isToken(name) || !value.chars().allMatch(RequestHead::isAllowed)) {
      throw new IllegalArgumentException("header " + name + " cannot be sent as it is");
    }
    text.append(name).append(": ").append(value).append("\r\n");
    return this;
  }

  /**
   * The caller's own headers.
   *
   * @throws IllegalArgumentException for a header that we write ourselves
   */
  RequestHead addAll(Map<String, List<String>> headers) {
    headers.forEach((name, values) -> {
      String lower = name.toLowerCase(java.util.Locale.ROOT);
      if (OURS.contains(lower) || lower.startsWith("sec-websocket-")) {
        throw new IllegalArgumentException("header " + lower + " is not the caller's to set");
      }
      values.forEach(value -> add(name, value));
    });
    return this;
  }

  private static boolean isAllowed(int c) {
    return c == '\t' || (c >= ' ' && c <= 0xFF && c != 0x7F);
  }

  byte[] bytes() {
    return ByteInput.bytes(text + "\r\n");
  }
}
