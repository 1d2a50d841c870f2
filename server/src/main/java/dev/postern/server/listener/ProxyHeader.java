package dev.postern.server.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first bytes of a trusted proxy's connection: a PROXY protocol header of version 2, or TLS at
 * once. Anything else ends the connection. On connections of others it does not stand, so that a
 * header there is no TLS and ends the connection as well. Belongs to the connection's event loop.
 */
// What is ignored ends with its channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyHeader extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyHeader.class);
  private static final AttributeKey<InetSocketAddress> CLIENT =
      AttributeKey.valueOf(ProxyHeader.class, "client");

  /** The first byte of a TLS handshake record (RFC 8446 section 5.1). */
  private static final int TLS_HANDSHAKE = 22;

  /** The first byte of version 2's signature; version 1 begins with the letter P. */
  private static final int VERSION_2 = 13;

  private static final int VERSION_1 = 'P';

  /** Whose connection this is: as a PROXY header told, else the peer. */
  static InetSocketAddress client(Channel channel) {
    InetSocketAddress told = channel.attr(CLIENT).get();
    return told != null ? told : (InetSocketAddress) channel.remoteAddress();
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int first = in.getUnsignedByte(in.readerIndex());
    if (first == VERSION_2) {
      ChannelPipeline pipeline = context.pipeline();
      pipeline.addAfter(context.name(), null, new Told());
      pipeline.addAfter(
          context.name(), null, new HAProxyMessageDecoder(Limits.PROXY_TLV_BYTES_MAX));
      pipeline.remove(this);
    } else if (first == TLS_HANDSHAKE) {
      context.pipeline().remove(this);
    } else {
      in.skipBytes(in.readableBytes());
      String what =
          first == VERSION_1
              ? "PROXY protocol version 1 (version 2 is wanted: send-proxy-v2)"
              : "neither TLS nor PROXY protocol";
      LOG.warn("connection of {} ends: it speaks {}", context.channel().remoteAddress(), what);
      context.close();
    }
  }

  /** Takes what the decoder read, then goes. */
  private static final class Told extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof HAProxyMessage header)) {
        context.fireChannelRead(message);
        return;
      }
      try {
        take(context, header);
      } finally {
        header.release();
      }
    }

    private void take(ChannelHandlerContext context, HAProxyMessage header) {
      boolean own =
          header.command() == HAProxyCommand.LOCAL
              || header.proxiedProtocol() == HAProxyProxiedProtocol.UNKNOWN;
      if (!own) {
        Optional<InetSocketAddress> client = address(header);
        if (client.isEmpty()) {
          LOG.warn(
              "connection of {} ends: its PROXY header is of {}",
              context.channel().remoteAddress(),
              header.proxiedProtocol());
          context.close();
          return;
        }
        context.channel().attr(CLIENT).set(client.get());
      }
      context.pipeline().remove(this);
    }

    private static Optional<InetSocketAddress> address(HAProxyMessage header) {
      @Nullable String source = header.sourceAddress();
      boolean tcp =
          header.proxiedProtocol() == HAProxyProxiedProtocol.TCP4
              || header.proxiedProtocol() == HAProxyProxiedProtocol.TCP6;
      if (!tcp || source == null) {
        return Optional.empty();
      }
      Optional<InetAddress> address = AddressRange.literal(source);
      return address.map(known -> new InetSocketAddress(known, header.sourcePort()));
    }
  }
}
