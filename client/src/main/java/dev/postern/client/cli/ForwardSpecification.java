package dev.postern.client.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to forward, as {@code ssh -L} writes it: {@code [LADDR:]LPORT:[HOST:]PORT}, or {@code
 * [LADDR:]LPORT:/SOCKET}. IPv6 addresses are in brackets.
 *
 * @param localAddress null for localhost
 * @param localPort 0 for any free one
 * @param host null for the node itself
 * @param place a port, or the path of a socket of the node
 */
record ForwardSpecification(
    @Nullable String localAddress, String localPort, @Nullable String host, String place) {
  /**
   * Reads a specification.
   *
   * @throws IllegalArgumentException when it has another form, with a text for the person
   */
  static ForwardSpecification parse(String text) {
    List<String> parts = parts(text);
    int count = parts.size();
    boolean socket = count > 0 && parts.getLast().startsWith("/");
    if (count < 2 || count > (socket ? 3 : 4)) {
      throw wrong(text);
    }
    boolean addressed = count == 4 || (count == 3 && !isPort(parts.getFirst()));
    String localPort = parts.get(addressed ? 1 : 0);
    @Nullable String host = count - (addressed ? 1 : 0) == 3 ? parts.get(count - 2) : null;
    if (!isPort(localPort) || (socket && host != null) || (!socket && !isPort(parts.getLast()))) {
      throw wrong(text);
    }
    return new ForwardSpecification(
        addressed ? parts.getFirst() : null, localPort, host, parts.getLast());
  }

  /** Cut at colons that are neither in brackets nor in a path. */
  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean bracketed = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (part.isEmpty() && c == '/') {
        part.append(text, i, text.length());
        break;
      } else if (c == '[' || c == ']') {
        bracketed = c == '[';
      } else if (c == ':' && !bracketed) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static boolean isPort(String text) {
    return text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65_535;
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "what to forward has the form [LADDR:]LPORT:[HOST:]PORT or [LADDR:]LPORT:/SOCKET, this is "
            + text);
  }

  String documentName() {
    if (place.startsWith("/")) {
      return "AWS-StartPortForwardingSessionToSocket";
    }
    return host == null
        ? "AWS-StartPortForwardingSession"
        : "AWS-StartPortForwardingSessionToRemoteHost";
  }

  Map<String, List<String>> parameters() {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    parameters.put(place.startsWith("/") ? "remoteUnixSocket" : "portNumber", List.of(place));
    parameters.put("localPortNumber", List.of(localPort));
    if (host != null) {
      parameters.put("host", List.of(host));
    }
    if (localAddress != null) {
      parameters.put("localIpAddress", List.of(localAddress));
    }
    return parameters;
  }
}
