package dev.postern.transport;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Status line and header fields of an HTTP/1.x answer (RFC 9112 sections 4 and 5).
 *
 * @param minorVersion of HTTP/1
 * @param headers by lower-case name
 */
record ResponseHead(int minorVersion, int status, Map<String, List<String>> headers) {
  private static final int INTERIM_ANSWERS_MAX = 10;

  /** Reads up to the final answer, passing over 100 Continue and the like. */
  static ResponseHead readFinal(ByteInput input, int bytesMax) throws IOException {
    for (int i = 0; i <= INTERIM_ANSWERS_MAX; i++) {
      ResponseHead head = read(input, bytesMax);
      if (head.status >= 200 || head.status == 101) {
        return head;
      }
    }
    throw new ProtocolException("the server sent interim answers without end");
  }

  static ResponseHead read(ByteInput input, int bytesMax) throws IOException {
    String statusLine = line(input, bytesMax);
    int left = bytesMax - statusLine.length();
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (String line = line(input, left); !line.isEmpty(); line = line(input, left)) {
      left -= line.length();
      int colon = line.indexOf(':');
      // A folded line starts with white space and is refused by this, too (RFC 9112 5.2).
      if (colon <= 0 || !isToken(line.substring(0, colon))) {
        throw new ProtocolException("the server sent a header line that is none");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.substring(colon + 1).strip());
    }
    return parse(statusLine, headers);
  }

  private static String line(ByteInput input, int left) throws IOException {
    return input.readLine(left, "the limit of header bytes");
  }

  private static ResponseHead parse(String line, Map<String, List<String>> headers)
      throws IOException {
    boolean wellFormed =
        line.matches("HTTP/1\\.[0-9] [1-5][0-9][0-9]( .*)?") && line.indexOf('\0') < 0;
    if (!wellFormed) {
      throw new ProtocolException("the server's answer is not HTTP/1");
    }
    return new ResponseHead(line.charAt(7) - '0', Integer.parseInt(line.substring(9, 12)), headers);
  }

  /** The only value of a header, null when it is absent. */
  @Nullable String single(String name) throws IOException {
    List<String> values = headers.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new ProtocolException("the server sent " + name + " more than once");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  /** Whether a comma-separated header has an element, upper and lower case alike. */
  boolean lists(String name, String element) {
    return elements(name).anyMatch(element::equalsIgnoreCase);
  }

  Stream<String> elements(String name) {
    return headers.getOrDefault(name, List.of()).stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(String::strip)
        .filter(element -> !element.isEmpty());
  }

  /** RFC 9110 5.6.2. */
  static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }
}
