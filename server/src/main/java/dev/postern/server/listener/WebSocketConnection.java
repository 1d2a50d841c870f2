package dev.postern.server.listener;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket of the server. Its state belongs to the connection's event loop; the methods of
 * {@link WebSocketPeer} may be called from anywhere.
 *
 * <p>After our close frame the rest of what the peer sends is read and thrown away until it closes
 * too, within a bound: closing with unread bytes would reset the connection and could destroy the
 * last messages on their way out.
 */
// Failures of writes and closes come back through exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class WebSocketConnection extends ChannelDuplexHandler implements WebSocketPeer {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
  private static final byte[] PING_PAYLOAD = "keepalive".getBytes(StandardCharsets.US_ASCII);
  private static final int NO_CODE = 1005;
  private static final int NO_CLOSE_FRAME = 1006;

  private final ChannelHandlerContext context;
  private final WebSocketHandler handler;
  private final FragmentJoin join = new FragmentJoin();
  private final InetSocketAddress remote;

  private boolean inBatch;
  private boolean closeSent;
  private boolean readingOn = true;
  private boolean closed;
  private WebSocketHandler.@Nullable Closing closing;
  private @Nullable PongWebSocketFrame lateAnswer;
  private @Nullable ScheduledFuture<?> pongs;

  /** Written by the loop, read by whoever asks for {@link #silence}. */
  private volatile long lastReadNanos = System.nanoTime();

  private volatile boolean silenceKnown = true;

  /** Written by the loop that the connection leaves, before anything runs on the new one. */
  private volatile Loop loop;

  /**
   * @param context of the HTTP handler whose place this takes
   */
  WebSocketConnection(
      ChannelHandlerContext context, WebSocketHandler handler, InetSocketAddress remote) {
    this.context = context;
    this.handler = handler;
    this.remote = remote;
    this.loop = EventLoops.of(context.channel().eventLoop());
  }

  /** Tells the handler; called once, when the frame decoder and this stand in the pipeline. */
  void open() {
    handler.onOpen(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    inBatch = true;
    if (!(message instanceof WebSocketFrame frame)) {
      ReferenceCountUtil.release(message);
      fail(WebSocketCloseStatus.PROTOCOL_ERROR.code(), "frames before the upgrade was answered");
      return;
    }
    if (closeSent) {
      boolean done = frame instanceof CloseWebSocketFrame;
      frame.release();
      if (done) {
        ctx.close();
      }
      return;
    }
    switch (frame) {
      case PingWebSocketFrame ping -> answerPing(new PongWebSocketFrame(ping.content()));
      case PongWebSocketFrame pong -> onPong(pong);
      case CloseWebSocketFrame close -> onCloseFrame(close);
      default -> onDataFrame(ctx, frame);
    }
  }

  private void onDataFrame(ChannelHandlerContext ctx, WebSocketFrame frame) {
    FragmentJoin.Joined joined = join.add(frame, ctx.alloc());
    if (joined == null) {
      return;
    }
    switch (joined) {
      case FragmentJoin.Joined.Text(var text) -> handler.onText(text);
      case FragmentJoin.Joined.Binary(var message) -> handler.onBinary(message);
    }
  }

  private void onPong(PongWebSocketFrame pong) {
    boolean marked = pong.content().readableBytes() == Long.BYTES;
    long number = marked ? pong.content().readLong() : 0;
    pong.release();
    if (marked) {
      handler.onMark(number);
    }
  }

  /** A peer that does not read its pongs gets only the newest, once it reads. */
  private void answerPing(PongWebSocketFrame answer) {
    if (context.channel().isWritable()) {
      context.channel().write(answer, context.voidPromise());
      return;
    }
    if (lateAnswer != null) {
      lateAnswer.release();
    }
    lateAnswer = answer;
  }

  private void onCloseFrame(CloseWebSocketFrame frame) {
    int code = frame.statusCode();
    frame.release();
    closing = new WebSocketHandler.Closing.ByPeer(code < 0 ? NO_CODE : code);
    sendClose(code < 0 ? WebSocketCloseStatus.NORMAL_CLOSURE.code() : code, "");
    context.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    lastReadNanos = System.nanoTime();
    inBatch = false;
    if (!closed && !closeSent) {
      handler.onBatchEnd();
    }
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      return;
    }
    PongWebSocketFrame answer = lateAnswer;
    lateAnswer = null;
    if (answer != null) {
      ctx.channel().writeAndFlush(answer);
    }
    if (!closed) {
      handler.onWritable();
    }
  }

  /** Nothing follows a close frame. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (closeSent && !(message instanceof CloseWebSocketFrame)) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    ctx.write(message, promise);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    switch (cause) {
      case CorruptedWebSocketFrameException broken ->
          fail(broken.closeStatus().code(), String.valueOf(broken.getMessage()));
      case IOException lost -> {
        closing = closing == null ? lost(lost.toString()) : closing;
        ctx.close();
      }
      default -> {
        LOG.error("connection of {} ends", remote, cause);
        fail(WebSocketCloseStatus.INTERNAL_SERVER_ERROR.code(), "");
      }
    }
  }

  private void fail(int code, String reason) {
    closing = closing == null ? lost(reason) : closing;
    sendClose(code, reason);
  }

  private static WebSocketHandler.Closing lost(String reason) {
    return new WebSocketHandler.Closing.Lost(reason);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Shutdown.NOW) {
      close(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "the server stops");
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }

  private void end() {
    if (closed) {
      return;
    }
    closed = true;
    join.discard();
    if (lateAnswer != null) {
      lateAnswer.release();
      lateAnswer = null;
    }
    stopPongs();
    handler.onClose(
        closing == null ? new WebSocketHandler.Closing.ByPeer(NO_CLOSE_FRAME) : closing);
  }

  @Override
  public void send(WebSocketMessage message) {
    if (!(message instanceof NettyMessage ours)) {
      throw new IllegalArgumentException("not a message of a listener");
    }
    context.channel().write(new BinaryWebSocketFrame(ours.toWrite()), context.voidPromise());
  }

  @Override
  public void send(ByteBuffer bytes) {
    context
        .channel()
        .write(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(bytes)), context.voidPromise());
  }

  @Override
  public void flush() {
    if (loop.isCurrent() && inBatch) {
      return;
    }
    context.channel().flush();
  }

  @Override
  public boolean isWritable() {
    return context.channel().isWritable();
  }

  @Override
  public void reading(boolean on) {
    loop.run(() -> setReading(on));
  }

  private void setReading(boolean on) {
    if (readingOn == on || closed || closeSent) {
      return;
    }
    readingOn = on;
    silenceKnown = on;
    lastReadNanos = System.nanoTime();
    stopPongs();
    if (!on) {
      long every = Limits.UNASKED_PONG_EVERY.toNanos();
      pongs =
          context
              .executor()
              .scheduleAtFixedRate(this::sendUnaskedPong, every, every, TimeUnit.NANOSECONDS);
    }
    context.channel().config().setAutoRead(on);
  }

  private void sendUnaskedPong() {
    if (context.channel().isWritable()) {
      context
          .channel()
          .writeAndFlush(
              new PongWebSocketFrame(Unpooled.wrappedBuffer(PING_PAYLOAD)), context.voidPromise());
    }
  }

  private void stopPongs() {
    if (pongs != null) {
      pongs.cancel(false);
      pongs = null;
    }
  }

  @Override
  public void ping() {
    if (context.channel().isWritable()) {
      context
          .channel()
          .writeAndFlush(
              new PingWebSocketFrame(Unpooled.wrappedBuffer(PING_PAYLOAD)), context.voidPromise());
    }
  }

  @Override
  public void mark(long number) {
    context
        .channel()
        .writeAndFlush(new PingWebSocketFrame(Unpooled.copyLong(number)), context.voidPromise());
  }

  @Override
  public Duration silence() {
    return silenceKnown
        ? Duration.ofNanos(Math.max(0, System.nanoTime() - lastReadNanos))
        : Duration.ZERO;
  }

  @Override
  public void close(int code, String reason) {
    loop.run(() -> {
      closing = closing == null ? new WebSocketHandler.Closing.ByUs() : closing;
      sendClose(code, reason);
    });
  }

  private void sendClose(int code, String reason) {
    if (closeSent || closed) {
      return;
    }
    context
        .channel()
        .writeAndFlush(
            new CloseWebSocketFrame(new WebSocketCloseStatus(code, CloseReason.fit(reason))),
            context.voidPromise());
    closeSent = true;
    stopPongs();
    context.channel().config().setAutoRead(true);
    ScheduledFuture<?> force =
        context
            .executor()
            .schedule(
                () -> context.close(), Limits.CLOSE_ANSWER_MAX.toNanos(), TimeUnit.NANOSECONDS);
    context.channel().closeFuture().addListener(done -> force.cancel(false));
  }

  @Override
  public void abort() {
    loop.run(() -> {
      closing = closing == null ? new WebSocketHandler.Closing.ByUs() : closing;
      context.close();
    });
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public void moveTo(Loop target, Runnable moved) {
    if (target.equals(loop)) {
      moved.run();
      return;
    }
    Channel channel = context.channel();
    channel
        .deregister()
        .addListener(left -> {
          loop = target;
          EventLoops.eventLoop(target)
              .register(channel)
              .addListener(arrived -> {
                if (arrived.isSuccess()) {
                  moved.run();
                } else {
                  // Closed on the way; nobody else tells of that.
                  end();
                }
              });
        });
  }

  @Override
  public InetSocketAddress remote() {
    return remote;
  }
}
