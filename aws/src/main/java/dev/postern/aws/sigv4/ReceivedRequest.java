package dev.postern.aws.sigv4;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What of a request bears on its signature. The body is not here, only its hash is ever needed.
 *
 * @param method as sent
 * @param rawQuery what follows the question mark, as sent; empty when nothing does
 * @param headers in order, repeated ones too
 */
public record ReceivedRequest(
    String method, RequestPath path, String rawQuery, List<Header> headers) {
  /**
   * One header as it came.
   *
   * @param name in any case; kept in lower case
   * @param value one character per byte received
   */
  public record Header(String name, String value) {
    public Header {
      name = name.toLowerCase(Locale.ROOT);
    }
  }

  public ReceivedRequest {
    headers = List.copyOf(headers);
  }

  /** The value of a header; the first one when it is repeated. */
  public @Nullable String header(String lowerCaseName) {
    for (Header header : headers) {
      if (header.name().equals(lowerCaseName)) {
        return header.value();
      }
    }
    return null;
  }

  /** Without the value of any header, since some are secrets. */
  @Override
  public String toString() {
    return "ReceivedRequest[" + method + " " + path.raw() + "]";
  }
}
