package dev.postern.aws;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an {@link HttpRequest}.
 *
 * @param status 100 to 599
 * @param headers by lower-case name
 * @param body whole, decoded from any transfer coding
 */
@SuppressWarnings("ArrayRecordComponent") // made once, handed on, never compared
public record HttpResponse(int status, Map<String, List<String>> headers, byte[] body) {
  public HttpResponse {
    headers = Map.copyOf(headers);
  }

  /** The first value of a header, null when it is absent. */
  public @Nullable String header(String lowerCaseName) {
    List<String> values = headers.get(lowerCaseName);
    return values == null || values.isEmpty() ? null : values.getFirst();
  }
}
