package dev.postern.aws.sigv4;

import dev.postern.aws.MalformedEncodingException;
import dev.postern.aws.PercentEncoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pieces of SigV4's canonical request (spec aws-api 1.6). */
final class CanonicalForm {
  /** A parameter of a query string, name and value encoded. */
  record Parameter(String name, String value) {}

  private static final Comparator<Parameter> ORDER =
      Comparator.comparing(Parameter::name).thenComparing(Parameter::value);

  private CanonicalForm() {}

  /** S3: each segment decoded once and encoded once, nothing is normalised. */
  static String objectPath(String rawPath) throws MalformedEncodingException {
    var out = new StringBuilder(rawPath.length() + 16);
    int start = 0;
    while (start <= rawPath.length()) {
      int end = rawPath.indexOf('/', start);
      end = end < 0 ? rawPath.length() : end;
      byte[] segment = PercentEncoding.decodeBytes(rawPath.substring(start, end), false);
      out.append(start == 0 ? "" : "/").append(PercentEncoding.encode(segment, false));
      start = end + 1;
    }
    return out.isEmpty() ? "/" : out.toString();
  }

  /** All others: normalised, then what went on the wire is encoded once more. */
  static String path(String rawPath) {
    String normalised = withoutDotSegments(rawPath);
    return PercentEncoding.encode(normalised.getBytes(StandardCharsets.UTF_8), true);
  }

  private static String withoutDotSegments(String rawPath) {
    Deque<String> segments = new ArrayDeque<>();
    int start = 0;
    while (start <= rawPath.length()) {
      int end = rawPath.indexOf('/', start);
      end = end < 0 ? rawPath.length() : end;
      String segment = rawPath.substring(start, end);
      if (segment.equals("..")) {
        segments.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
      start = end + 1;
    }
    String path = "/" + String.join("/", segments);
    return rawPath.endsWith("/") && path.length() > 1 ? path + "/" : path;
  }

  /** Splits a query string and brings each parameter into the one encoding. */
  static List<Parameter> parameters(String rawQuery) throws MalformedEncodingException {
    List<Parameter> parameters = new ArrayList<>();
    int start = 0;
    while (start < rawQuery.length()) {
      int end = rawQuery.indexOf('&', start);
      end = end < 0 ? rawQuery.length() : end;
      if (end > start) {
        int equals = rawQuery.indexOf('=', start);
        boolean bare = equals < 0 || equals > end;
        String name = recoded(rawQuery.substring(start, bare ? end : equals));
        String value = bare ? "" : recoded(rawQuery.substring(equals + 1, end));
        parameters.add(new Parameter(name, value));
      }
      start = end + 1;
    }
    return parameters;
  }

  private static String recoded(String encoded) throws MalformedEncodingException {
    return PercentEncoding.encode(PercentEncoding.decodeBytes(encoded, true), false);
  }

  static String query(Collection<Parameter> parameters) {
    var out = new StringBuilder();
    parameters.stream()
        .sorted(ORDER)
        .forEach(parameter -> {
          out.append(out.isEmpty() ? "" : "&").append(parameter.name());
          out.append('=').append(parameter.value());
        });
    return out.toString();
  }

  /** A header's value without outer space and with each run of spaces as one. */
  static String headerValue(String value) {
    var out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean again = c == ' ' && !out.isEmpty() && out.charAt(out.length() - 1) == ' ';
      if (!again) {
        out.append(c);
      }
    }
    return trimmed(out);
  }

  private static String trimmed(StringBuilder text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  /** The values of one header joined, null when the header is absent. */
  static @Nullable String header(List<ReceivedRequest.Header> headers, String lowerCaseName) {
    StringBuilder joined = null;
    for (ReceivedRequest.Header header : headers) {
      if (header.name().equals(lowerCaseName)) {
        joined = joined == null ? new StringBuilder() : joined.append(',');
        joined.append(headerValue(header.value()));
      }
    }
    return joined == null ? null : joined.toString();
  }

  static String stringToSign(String basicTime, CredentialScope scope, String canonicalRequest) {
    return SigningKey.ALGORITHM
        + "\n"
        + basicTime
        + "\n"
        + scope
        + "\n"
        + BodyHash.of(canonicalRequest);
  }
}
