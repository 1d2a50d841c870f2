package dev.postern.server.listener;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the head of a request must look like. Pure. */
final class RequestRules {
  private RequestRules() {}

  /** The status that refuses this head, after which the connection ends; null when it is fine. */
  static @Nullable HttpResponseStatus refusal(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return ofDecoderFailure(request.decoderResult().cause());
    }
    HttpVersion version = request.protocolVersion();
    boolean old = version.equals(HttpVersion.HTTP_1_0);
    if (!old && !version.equals(HttpVersion.HTTP_1_1)) {
      return HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
    }
    if (!isTarget(request.uri()) || !isToken(request.method().name())) {
      return HttpResponseStatus.BAD_REQUEST;
    }
    HttpHeaders headers = request.headers();
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1
        || (hosts.isEmpty() && !old)
        || (hosts.size() == 1 && !isHost(hosts.get(0)))) {
      return HttpResponseStatus.BAD_REQUEST;
    }
    return ofFraming(headers, old);
  }

  private static HttpResponseStatus ofDecoderFailure(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
      case TooLongHttpHeaderException _ -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
      default -> HttpResponseStatus.BAD_REQUEST;
    };
  }

  private static @Nullable HttpResponseStatus ofFraming(HttpHeaders headers, boolean old) {
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (!encodings.isEmpty()) {
      if (old || !lengths.isEmpty()) {
        return HttpResponseStatus.BAD_REQUEST;
      }
      if (encodings.size() != 1 || !encodings.get(0).equalsIgnoreCase("chunked")) {
        return HttpResponseStatus.NOT_IMPLEMENTED;
      }
    }
    if (lengths.size() > 1 || (lengths.size() == 1 && !isLength(lengths.get(0)))) {
      return HttpResponseStatus.BAD_REQUEST;
    }
    if (lengths.size() == 1 && Long.parseLong(lengths.get(0)) > Limits.BODY_BYTES_MAX) {
      return HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
    }
    List<String> expectations = headers.getAll(HttpHeaderNames.EXPECT);
    boolean expectsContinue =
        expectations.size() == 1
            && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectations.get(0));
    return expectations.isEmpty() || expectsContinue ? null : HttpResponseStatus.EXPECTATION_FAILED;
  }

  static boolean expectsContinue(HttpRequest request) {
    return HttpUtil.is100ContinueExpected(request);
  }

  private static boolean isTarget(String target) {
    return (target.startsWith("/") || target.equals("*"))
        && target.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static boolean isToken(String method) {
    return !method.isEmpty() && method.chars().allMatch(RequestRules::isTokenCharacter);
  }

  private static boolean isTokenCharacter(int c) {
    return isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  static boolean isHost(String host) {
    return !host.isEmpty()
        && host.chars().allMatch(c -> isLetterOrDigit(c) || "-._~:[]%".indexOf(c) >= 0);
  }

  private static boolean isLength(String length) {
    return !length.isEmpty()
        && length.length() <= 18
        && length.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
