package dev.postern.transport;

import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.Closeable;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket server of other people's making. Echoes messages; the texts {@code close}, {@code
 * ping} and {@code fragments} make it do that instead. Any path but its own gets 204 for an answer,
 * and {@code /last} the end of the connection behind it.
 */
final class NettyServer implements Closeable {
  private static final int FRAME_BYTES_MAX = 16 << 20;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listener;
  private final boolean secure;
  private final AtomicInteger connections = new AtomicInteger();

  NettyServer(@Nullable TestCertificates certificates) throws Exception {
    secure = certificates != null;
    SslContext tls =
        certificates == null ? null : SslContextBuilder.forServer(certificates.keys()).build();
    listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    connections.incrementAndGet();
                    if (tls != null) {
                      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(1024),
                            new Calls(),
                            new WebSocketServerProtocolHandler("/ws", null, true, FRAME_BYTES_MAX),
                            new Echo());
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
  }

  private static final class Calls extends SimpleChannelInboundHandler<FullHttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      if (request.uri().equals("/ws")) {
        context.fireChannelRead(request.retain());
        return;
      }
      var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, NO_CONTENT);
      HttpUtil.setContentLength(answer, 0);
      ChannelFuture written = context.writeAndFlush(answer);
      if (request.uri().equals("/last")) {
        written.addListener(ChannelFutureListener.CLOSE);
      }
    }
  }

  private static final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
      String command = frame instanceof TextWebSocketFrame text ? text.text() : "";
      switch (command) {
        case "close" -> send(context, new CloseWebSocketFrame(4000, "as asked"));
        case "ping" ->
            send(
                context,
                new PingWebSocketFrame(context.alloc().buffer().writeBytes(new byte[125])));
        case "fragments" -> {
          send(context, new TextWebSocketFrame(false, 0, "a"));
          send(context, new PingWebSocketFrame());
          send(context, new ContinuationWebSocketFrame(false, 0, "b"));
          send(context, new ContinuationWebSocketFrame(true, 0, "c"));
        }
        default -> send(context, frame.retain());
      }
    }

    private static void send(ChannelHandlerContext context, WebSocketFrame frame) {
      // A frame that cannot be sent is missed by the test.
      var _ = context.writeAndFlush(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      // The end of the handshake needs no answer.
    }
  }

  /** How many were made. */
  int connections() {
    return connections.get();
  }

  URI uri() {
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    return URI.create((secure ? "wss" : "ws") + "://localhost:" + port + "/ws");
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
