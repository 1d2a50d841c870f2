package dev.postern.server.listener;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where to listen and as whom.
 *
 * @param address port 0 takes a free port
 * @param certificate the one to begin with
 * @param trustedProxies peers that may tell where a connection or a request came from
 */
public record ListenerOptions(
    InetSocketAddress address, ServerCertificate certificate, List<AddressRange> trustedProxies) {
  public ListenerOptions {
    trustedProxies = List.copyOf(trustedProxies);
  }
}
