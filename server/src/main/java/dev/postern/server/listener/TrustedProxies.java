package dev.postern.server.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those whose word about where a request came from is taken. Immutable. */
record TrustedProxies(List<AddressRange> ranges) {
  TrustedProxies {
    ranges = List.copyOf(ranges);
  }

  boolean include(InetSocketAddress peer) {
    @Nullable InetAddress address = peer.getAddress();
    return address != null && include(address);
  }

  boolean include(InetAddress address) {
    for (AddressRange range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
