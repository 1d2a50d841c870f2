package dev.postern.aws.sigv4;

import dev.postern.aws.Fault;
import dev.postern.aws.MalformedEncodingException;
import dev.postern.aws.PercentEncoding;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request, read once: what is routed on is what the signature is checked on. Two
 * paths with the same segments are the same path, and no others are.
 *
 * @param raw as it stood in the request line, without the query
 * @param segments decoded; none for {@code /}
 * @param exact false for an object's path, which may hold what {@link #parse} refuses; a router
 *     must not compare its segments
 */
public record RequestPath(String raw, List<String> segments, boolean exact) {
  private static final int CHARACTERS_MAX = 4096;
  private static final String PLAIN = "-._~!$&'()*+,=:@/";

  public RequestPath {
    segments = List.copyOf(segments);
  }

  /**
   * Reads a path and refuses every one that another reader could take for a different path:
   * parameters ({@code ;}), encoded slashes and backslashes, dot segments, empty segments, control
   * characters, broken escapes.
   *
   * @throws Fault {@code InvalidURI}
   */
  public static RequestPath parse(String raw) {
    requirePlain(raw);
    List<String> segments = new ArrayList<>();
    for (int start = 1; start < raw.length(); ) {
      int end = raw.indexOf('/', start);
      end = end < 0 ? raw.length() : end;
      String segment = decode(raw.substring(start, end));
      if (isAmbiguous(segment)) {
        throw invalid();
      }
      segments.add(segment);
      start = end + 1;
      if (start == raw.length() && end < raw.length()) {
        throw invalid();
      }
    }
    return new RequestPath(raw.isEmpty() ? "/" : raw, segments, true);
  }

  /**
   * Reads the path of an S3 request, {@code /bucket/key}, whose key may be any text. The first
   * segment is as strict as {@link #parse}; the second, where there is one, is the whole key.
   *
   * @throws Fault {@code InvalidURI}
   */
  public static RequestPath parseObject(String raw) {
    if (raw.isEmpty()) {
      return new RequestPath("/", List.of(), false);
    }
    if (raw.charAt(0) != '/' || raw.length() > CHARACTERS_MAX) {
      throw invalid();
    }
    int end = raw.indexOf('/', 1);
    String first = decode(raw.substring(1, end < 0 ? raw.length() : end));
    if (first.isEmpty() && end < 0) {
      return new RequestPath(raw, List.of(), false);
    }
    if (isAmbiguous(first)) {
      throw invalid();
    }
    String key = end < 0 ? "" : decode(raw.substring(end + 1));
    return new RequestPath(raw, key.isEmpty() ? List.of(first) : List.of(first, key), false);
  }

  private static void requirePlain(String raw) {
    if (raw.isEmpty()) {
      return;
    }
    if (raw.charAt(0) != '/' || raw.length() > CHARACTERS_MAX) {
      throw invalid();
    }
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '%'
              || PLAIN.indexOf(c) >= 0;
      if (!plain) {
        throw invalid();
      }
    }
  }

  private static boolean isAmbiguous(String segment) {
    return segment.isEmpty()
        || segment.equals(".")
        || segment.equals("..")
        || segment
            .chars()
            .anyMatch(c -> c == '/' || c == '\\' || c == ';' || Character.isISOControl(c));
  }

  private static String decode(String segment) {
    try {
      return PercentEncoding.decode(segment);
    } catch (MalformedEncodingException _) {
      throw invalid();
    }
  }

  private static Fault invalid() {
    return new Fault("InvalidURI", 400, "Couldn't parse the specified URI.");
  }
}
