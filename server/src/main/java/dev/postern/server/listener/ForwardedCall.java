package dev.postern.server.listener;

import dev.postern.server.listener.ForwardedElements.Hop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request as the client sent it, from what trusted proxies say about it: X-Forwarded-For, -Host,
 * -Port and -Proto, and RFC 7239's Forwarded. Pure.
 *
 * <p>Every hop is believed only if the one that tells of it is trusted: reading begins at the peer
 * and goes on to the left while addresses are trusted proxies'. The first that is not one is the
 * client's; what stands left of it is the client's own invention.
 */
final class ForwardedCall {
  private ForwardedCall() {}

  /** What the proxies said cannot be taken for one thing. */
  static final class Contradiction extends Exception {
    private static final long serialVersionUID = 1;

    Contradiction(String message) {
      super(message);
    }
  }

  /**
   * The call with the client's address as its remote one, and the Host that the client wrote.
   * Unchanged when the peer is nobody trusted.
   *
   * @throws Contradiction when the two forms of headers differ, so that one of them is not the
   *     proxy's, or when the host is none
   */
  static HttpCall of(HttpCall call, TrustedProxies proxies) throws Contradiction {
    if (!proxies.include(call.remote())) {
      return call;
    }
    InetAddress peer = call.remote().getAddress();
    Said said =
        merge(
            walk(peer, ForwardedElements.standard(call), proxies),
            walk(peer, ForwardedElements.customary(call), proxies));
    InetSocketAddress client =
        said.client().equals(peer)
            ? call.remote()
            : new InetSocketAddress(said.client(), call.remote().getPort());
    boolean secure = !said.proto().map("http"::equalsIgnoreCase).orElse(false);
    List<HttpCall.Header> headers =
        said.host().isPresent() ? withHost(call, said.host().get()) : call.headers();
    return new HttpCall(call.method(), call.target(), headers, call.body(), client, secure);
  }

  /** One form's account of the request. */
  private record Said(
      boolean anything, InetAddress client, Optional<String> host, Optional<String> proto) {}

  /** Hops come the nearest first. */
  private static Said walk(InetAddress peer, List<Hop> hops, TrustedProxies proxies) {
    InetAddress client = peer;
    Optional<String> host = Optional.empty();
    Optional<String> proto = Optional.empty();
    boolean tellsAddress = false;
    for (Hop hop : hops) {
      // A nearer proxy that says nothing of it left it as it was.
      host = hop.host().isPresent() ? hop.host() : host;
      proto = hop.proto().isPresent() ? hop.proto() : proto;
      Optional<InetAddress> address = hop.address();
      if (address.isEmpty()) {
        break;
      }
      tellsAddress = true;
      client = address.get();
      if (!proxies.include(client)) {
        break;
      }
    }
    return new Said(tellsAddress, client, host, proto);
  }

  private static Said merge(Said standard, Said customary) throws Contradiction {
    if (standard.anything()
        && customary.anything()
        && !standard.client().equals(customary.client())) {
      throw new Contradiction("Forwarded and X-Forwarded-For name different clients");
    }
    return new Said(
        true,
        standard.anything() ? standard.client() : customary.client(),
        one(standard.host(), customary.host()),
        one(standard.proto(), customary.proto()));
  }

  private static Optional<String> one(Optional<String> standard, Optional<String> customary)
      throws Contradiction {
    if (standard.isPresent()
        && customary.isPresent()
        && !standard.get().equalsIgnoreCase(customary.get())) {
      throw new Contradiction("Forwarded and the X-Forwarded headers differ");
    }
    return standard.isPresent() ? standard : customary;
  }

  private static List<HttpCall.Header> withHost(HttpCall call, String host) throws Contradiction {
    if (!RequestRules.isHost(host)) {
      throw new Contradiction("the forwarded host is no host");
    }
    List<HttpCall.Header> headers = new ArrayList<>(call.headers().size());
    for (HttpCall.Header header : call.headers()) {
      headers.add(
          header.name().equalsIgnoreCase("Host")
              ? new HttpCall.Header(header.name(), host)
              : header);
    }
    return headers;
  }
}
