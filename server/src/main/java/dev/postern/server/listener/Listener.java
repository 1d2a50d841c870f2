package dev.postern.server.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listening socket: TLS, HTTP/1.1 and WebSocket. Connections live on the given {@link
 * EventLoops}; requests are answered on virtual threads of this listener, which end with it.
 */
// What is ignored ends with its channel.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  private final ListenerOptions options;
  private final EventLoops loops;
  private final HttpHandler handler;
  private final Tls tls;
  private final TrustedProxies proxies;
  private final ExecutorService workers;
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final AtomicInteger open = new AtomicInteger();
  private @Nullable Channel server;
  private volatile boolean closed;

  /**
   * @throws IOException when certificate or key cannot be used
   */
  public Listener(ListenerOptions options, EventLoops loops, HttpHandler handler)
      throws IOException {
    this.options = options;
    this.loops = loops;
    this.handler = handler;
    this.tls = new Tls(options.certificate());
    this.proxies = new TrustedProxies(options.trustedProxies());
    this.workers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());
  }

  /**
   * Begins to accept connections.
   *
   * @return the address in use, with the port that was chosen
   */
  public synchronized InetSocketAddress start() throws IOException {
    if (server != null || closed) {
      throw new IllegalStateException("started or closed already");
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, Limits.ACCEPT_BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            // The adaptive one makes and clears new memory all the time under bulk data.
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(Limits.WRITE_LOW_MARK_BYTES, Limits.WRITE_HIGH_MARK_BYTES))
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(
                    Limits.RECEIVE_BYTES_MIN,
                    Limits.RECEIVE_BYTES_INITIAL,
                    Limits.RECEIVE_BYTES_MAX))
            .childHandler(new Connections())
            .bind(options.address())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on " + options.address(), bound.cause());
    }
    Channel channel = bound.channel();
    server = channel;
    return (InetSocketAddress) channel.localAddress();
  }

  /**
   * Shows this certificate to those who connect from now on.
   *
   * @throws IOException when it cannot be used; the one before stays in force
   */
  public void use(ServerCertificate certificate) throws IOException {
    tls.use(certificate);
  }

  /** Connections that are open now. */
  public int connectionCount() {
    return open.get();
  }

  /**
   * Stops accepting, lets requests that run be answered, closes everything; bounded. Idempotent.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (server != null) {
      server.close().awaitUninterruptibly(Limits.SHUTDOWN_MAX.toMillis());
    }
    for (Channel connection : connections) {
      connection.pipeline().fireUserEventTriggered(Shutdown.NOW);
    }
    connections.newCloseFuture().awaitUninterruptibly(Limits.SHUTDOWN_MAX.toMillis());
    connections.close().awaitUninterruptibly(Limits.SHUTDOWN_MAX.toMillis());
    workers.shutdownNow();
    try {
      if (!workers.awaitTermination(Limits.SHUTDOWN_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("requests still run after the listener closed");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Connections extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      if (open.incrementAndGet() > Limits.CONNECTIONS_MAX || closed) {
        open.decrementAndGet();
        channel.close();
        return;
      }
      channel.closeFuture().addListener(done -> open.decrementAndGet());
      connections.add(channel);
      if (proxies.include(channel.remoteAddress())) {
        channel.pipeline().addLast(new ProxyHeader());
      }
      channel
          .pipeline()
          .addLast(tls.newHandler(channel.alloc()))
          .addLast(new StrictRequestDecoder())
          .addLast(new HttpResponseEncoder())
          .addLast(new FlowControlHandler())
          .addLast(new HttpConnection(handler, workers, proxies, Listener::becomeWebSocket));
    }
  }

  /**
   * The HTTP handlers go in an order in which what flow control and decoder still hold meets the
   * frame decoder.
   */
  private static void becomeWebSocket(
      ChannelHandlerContext context, WebSocketHandler handler, InetSocketAddress remote) {
    ChannelPipeline pipeline = context.pipeline();
    pipeline.remove(HttpResponseEncoder.class);
    pipeline.addLast(new MaskedFrameDecoder(Limits.BINARY_BYTES_MAX));
    pipeline.addLast(new WebSocket13FrameEncoder(false));
    WebSocketConnection connection =
        new WebSocketConnection(pipeline.lastContext(), handler, remote);
    pipeline.addLast(connection);
    connection.open();
    pipeline.remove(HttpConnection.class);
    pipeline.remove(FlowControlHandler.class);
    pipeline.remove(StrictRequestDecoder.class);
    context.channel().config().setAutoRead(true);
  }
}
