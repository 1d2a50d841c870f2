package dev.postern.aws;

import java.net.URI;
import java.util.List;
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
public record HttpRequest(String method, URI uri, Map<String, List<String>> headers, byte[] body) {
  public HttpRequest {
    headers = Map.copyOf(headers);
  }
}
