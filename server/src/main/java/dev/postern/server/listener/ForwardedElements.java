package dev.postern.server.listener;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two ways in which proxies write what they forward, read into hops, the nearest first. What
 * cannot be read is an empty address: nothing beyond it is believed. Pure.
 */
final class ForwardedElements {
  /** RFC 7239 section 4: a pair, its value a token or a quoted string. */
  private static final Pattern PAIR =
      Pattern.compile(
          "\\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z:\\[\\]-]+)"
              + "|\"((?:[^\"\\\\]|\\\\.)*)\")\\s*([;,]|$)");

  private static final Pattern WITH_PORT =
      Pattern.compile("\\[([0-9a-fA-F:.]+)\\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private ForwardedElements() {}

  /** What one proxy says about its peer and about the request that it got. */
  record Hop(Optional<InetAddress> address, Optional<String> host, Optional<String> proto) {}

  /** Of {@code Forwarded} (RFC 7239). */
  static List<Hop> standard(HttpCall call) {
    String value = String.join(",", values(call, "Forwarded"));
    List<Map<String, String>> elements = new ArrayList<>();
    Map<String, String> element = new HashMap<>();
    Matcher pair = PAIR.matcher(value);
    int read = 0;
    while (read < value.length() && pair.find(read) && pair.start() == read) {
      String text =
          pair.group(2) != null ? pair.group(2) : pair.group(3).replaceAll("\\\\(.)", "$1");
      element.put(pair.group(1).toLowerCase(Locale.ROOT), text);
      read = pair.end();
      if (!pair.group(4).equals(";")) {
        elements.add(element);
        element = new HashMap<>();
      }
    }
    if (read < value.length()) {
      // Where one element begins and ends is unclear, so none of them tells anything.
      return value.isBlank() ? List.of() : List.of(nothing());
    }
    return elements.reversed().stream()
        .limit(Limits.PROXY_HOPS_MAX)
        .map(each ->
            new Hop(
                Optional.ofNullable(each.get("for")).flatMap(ForwardedElements::address),
                Optional.ofNullable(each.get("host")),
                Optional.ofNullable(each.get("proto"))))
        .toList();
  }

  private static Hop nothing() {
    return new Hop(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Of {@code X-Forwarded-For}, {@code -Host}, {@code -Port} and {@code -Proto}. */
  static List<Hop> customary(HttpCall call) {
    List<String> addresses = list(call, "X-Forwarded-For");
    List<String> hosts = list(call, "X-Forwarded-Host");
    List<String> ports = list(call, "X-Forwarded-Port");
    List<String> protos = list(call, "X-Forwarded-Proto");
    int count = Math.max(addresses.size(), Math.max(hosts.size(), ports.isEmpty() ? 0 : 1));
    count = Math.min(Math.max(count, protos.size()), Limits.PROXY_HOPS_MAX);
    List<Hop> hops = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Optional<String> proto = at(protos, i);
      Optional<String> host = at(hosts, i);
      if (i == 0 && host.isEmpty() && !ports.isEmpty()) {
        host = Optional.ofNullable(call.header("Host"));
      }
      Optional<String> port = at(ports, Math.min(i, ports.size() - 1));
      hops.add(
          new Hop(
              at(addresses, i).flatMap(ForwardedElements::address),
              host.map(name -> withPort(name, port, proto)),
              proto));
    }
    return hops;
  }

  private static Optional<String> at(List<String> list, int index) {
    return index >= 0 && index < list.size() ? Optional.of(list.get(index)) : Optional.empty();
  }

  /** A client writes the port in its Host header unless it is the scheme's own. */
  private static String withPort(String host, Optional<String> port, Optional<String> proto) {
    boolean hasPort = host.lastIndexOf(':') > host.lastIndexOf(']');
    String usual = proto.map("http"::equalsIgnoreCase).orElse(false) ? "80" : "443";
    boolean needed = port.isPresent() && PORT.matcher(port.get()).matches() && !hasPort;
    return needed && !port.get().equals(usual) ? host + ":" + port.get() : host;
  }

  private static Optional<InetAddress> address(String text) {
    Matcher withPort = WITH_PORT.matcher(text);
    if (withPort.matches()) {
      return AddressRange.literal(
          withPort.group(1) != null ? withPort.group(1) : withPort.group(2));
    }
    return AddressRange.literal(text);
  }

  /** The elements of all headers of this name, the last first. */
  private static List<String> list(HttpCall call, String name) {
    List<String> elements = new ArrayList<>();
    for (String value : values(call, name)) {
      for (String element : value.split(",", -1)) {
        elements.add(element.strip());
      }
    }
    return elements.reversed();
  }

  private static List<String> values(HttpCall call, String name) {
    return call.headers().stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(HttpCall.Header::value)
        .toList();
  }
}
