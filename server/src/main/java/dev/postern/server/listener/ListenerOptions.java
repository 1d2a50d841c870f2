package dev.postern.server.listener;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Where to listen and as whom.
 *
 * @param address port 0 takes a free port
 * @param certificateChain PEM file, the server's own certificate first
 * @param privateKey PEM file, PKCS#8 without a password
 * @param trustedProxies peers that may tell where a connection or a request came from
 */
public record ListenerOptions(
    InetSocketAddress address,
    Path certificateChain,
    Path privateKey,
    List<AddressRange> trustedProxies) {
  public ListenerOptions {
    trustedProxies = List.copyOf(trustedProxies);
  }

  /** Trusts nobody's word. */
  public ListenerOptions(InetSocketAddress address, Path certificateChain, Path privateKey) {
    this(address, certificateChain, privateKey, List.of());
  }
}
