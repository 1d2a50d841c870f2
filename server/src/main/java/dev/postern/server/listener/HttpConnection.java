package dev.postern.server.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection, until it closes or becomes a WebSocket. Its state belongs to the
 * connection's event loop. One request at a time: while a handler works on one, reading is off and
 * what was already read waits in the flow control before this handler, so answers keep the order of
 * requests.
 */
// Failures of writes and closes come back through exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

  private final HttpHandler handler;
  private final Executor workers;
  private final TrustedProxies proxies;
  private final WebSocketPipeline webSockets;

  private State state = State.IDLE;
  private boolean stopping;
  private @Nullable HttpRequest head;
  private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private long deadlineNanos;
  private @Nullable ScheduledFuture<?> watch;

  private enum State {
    IDLE,
    READING,
    ANSWERING,
    WRITING,
    CLOSING
  }

  /** Puts WebSocket handlers in the place of the HTTP ones. */
  interface WebSocketPipeline {
    void install(ChannelHandlerContext context, WebSocketHandler handler, InetSocketAddress remote);
  }

  HttpConnection(
      HttpHandler handler, Executor workers, TrustedProxies proxies, WebSocketPipeline webSockets) {
    this.handler = handler;
    this.workers = workers;
    this.proxies = proxies;
    this.webSockets = webSockets;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadlineIn(Limits.TLS_HANDSHAKE_MAX.plus(Limits.HEAD_MAX));
    watch(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (watch != null) {
      watch.cancel(false);
    }
  }

  private void deadlineIn(Duration duration) {
    deadlineNanos = System.nanoTime() + duration.toNanos();
  }

  private void watch(ChannelHandlerContext ctx) {
    long left = deadlineNanos - System.nanoTime();
    if (state != State.ANSWERING && left <= 0) {
      ctx.close();
      return;
    }
    long wait = Math.max(left, TimeUnit.SECONDS.toNanos(1));
    watch = ctx.executor().schedule(() -> watch(ctx), wait, TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (state == State.CLOSING) {
        return;
      }
      if (message instanceof HttpRequest request) {
        onHead(ctx, request);
      }
      if (state == State.READING && message instanceof HttpContent content) {
        onBody(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void onHead(ChannelHandlerContext ctx, HttpRequest request) {
    HttpResponseStatus refusal = RequestRules.refusal(request);
    if (refusal != null) {
      refuse(ctx, refusal);
      return;
    }
    head = request;
    body = new ByteArrayOutputStream();
    state = State.READING;
    deadlineIn(Limits.BODY_MAX);
    if (RequestRules.expectsContinue(request)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  private void onBody(ChannelHandlerContext ctx, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      refuse(ctx, HttpResponseStatus.BAD_REQUEST);
      return;
    }
    ByteBuf bytes = content.content();
    if (body.size() + bytes.readableBytes() > Limits.BODY_BYTES_MAX) {
      refuse(ctx, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
      return;
    }
    byte[] part = new byte[bytes.readableBytes()];
    bytes.readBytes(part);
    body.writeBytes(part);
    if (content instanceof LastHttpContent) {
      hand(ctx);
    }
  }

  /** Gives the whole request to the handler and stops reading until it is answered. */
  private void hand(ChannelHandlerContext ctx) {
    HttpRequest request = java.util.Objects.requireNonNull(head);
    HttpCall call;
    try {
      call = ForwardedCall.of(received(ctx, request), proxies);
    } catch (ForwardedCall.Contradiction contradiction) {
      LOG.warn(
          "a request through {} is refused: {}",
          ctx.channel().remoteAddress(),
          contradiction.getMessage());
      refuse(ctx, HttpResponseStatus.BAD_REQUEST);
      return;
    }
    head = null;
    state = State.ANSWERING;
    ctx.channel().config().setAutoRead(false);
    body = new ByteArrayOutputStream(0);
    boolean keepAlive = HttpUtil.isKeepAlive(request) && !stopping;
    try {
      if (WebSocketUpgrade.isAsked(call)
          && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
        workers.execute(() -> upgrade(ctx, call, keepAlive));
      } else {
        workers.execute(() -> answer(ctx, call, keepAlive));
      }
    } catch (RejectedExecutionException stopped) {
      ctx.close();
    }
  }

  private HttpCall received(ChannelHandlerContext ctx, HttpRequest request) {
    return new HttpCall(
        request.method().name(),
        request.uri(),
        headers(request.headers()),
        body.toByteArray(),
        ProxyHeader.client(ctx.channel()));
  }

  private static List<HttpCall.Header> headers(HttpHeaders headers) {
    List<HttpCall.Header> list = new ArrayList<>(headers.size());
    for (Map.Entry<String, String> header : headers) {
      list.add(new HttpCall.Header(header.getKey(), header.getValue()));
    }
    return list;
  }

  /** On a worker. */
  private void answer(ChannelHandlerContext ctx, HttpCall call, boolean keepAlive) {
    HttpAnswer answer;
    try {
      answer = handler.answer(call);
    } catch (RuntimeException bug) {
      LOG.error("no answer for {} {}", call.method(), path(call), bug);
      answer = new HttpAnswer(500, List.of(), new byte[0]);
    }
    HttpAnswer ready = answer;
    inLoop(ctx, () -> write(ctx, call, ready, keepAlive));
  }

  /** On a worker. */
  private void upgrade(ChannelHandlerContext ctx, HttpCall call, boolean keepAlive) {
    HttpHandler.Upgrade decision;
    try {
      decision =
          WebSocketUpgrade.refusal(call)
              .<HttpHandler.Upgrade>map(HttpHandler.Upgrade.Refused::new)
              .orElseGet(() -> handler.upgrade(call));
    } catch (RuntimeException bug) {
      LOG.error("no decision for {} {}", call.method(), path(call), bug);
      decision = new HttpHandler.Upgrade.Refused(new HttpAnswer(500, List.of(), new byte[0]));
    }
    switch (decision) {
      case HttpHandler.Upgrade.Accepted(var webSocket) ->
          inLoop(ctx, () -> switchProtocols(ctx, call, webSocket));
      case HttpHandler.Upgrade.Refused(var answer) ->
          inLoop(ctx, () -> write(ctx, call, answer, keepAlive));
    }
  }

  /** The query may hold a signature. */
  private static String path(HttpCall call) {
    int query = call.target().indexOf('?');
    return query < 0 ? call.target() : call.target().substring(0, query);
  }

  private static void inLoop(ChannelHandlerContext ctx, Runnable task) {
    try {
      ctx.executor().execute(task);
    } catch (RejectedExecutionException stopped) {
      LOG.debug("the answer came after the event loops ended", stopped);
    }
  }

  private void switchProtocols(ChannelHandlerContext ctx, HttpCall call, WebSocketHandler handler) {
    if (!ctx.channel().isActive() || ctx.isRemoved()) {
      handler.onClose(new WebSocketHandler.Closing.Lost("gone before the upgrade was answered"));
      return;
    }
    ctx.writeAndFlush(WebSocketUpgrade.answer(call), ctx.voidPromise());
    webSockets.install(ctx, handler, call.remote());
  }

  private void write(
      ChannelHandlerContext ctx, HttpCall call, HttpAnswer answer, boolean keepAlive) {
    if (ctx.isRemoved() || state != State.ANSWERING) {
      return;
    }
    FullHttpResponse response = response(answer, call.method().equals("HEAD"));
    boolean stay =
        keepAlive
            && !stopping
            && !response.headers().contains(HttpHeaderNames.CONNECTION, "close", true);
    response
        .headers()
        .set(
            HttpHeaderNames.CONNECTION,
            stay ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    state = State.WRITING;
    deadlineIn(Limits.ANSWER_WRITE_MAX);
    ChannelFuture written = ctx.writeAndFlush(response);
    written.addListener(done -> onWritten(ctx, stay && done.isSuccess()));
  }

  private void onWritten(ChannelHandlerContext ctx, boolean stay) {
    if (!stay || stopping) {
      state = State.CLOSING;
      ctx.close();
      return;
    }
    state = State.IDLE;
    deadlineIn(Limits.KEEP_ALIVE_IDLE_MAX);
    ctx.channel().config().setAutoRead(true);
  }

  private static FullHttpResponse response(HttpAnswer answer, boolean withoutBody) {
    try {
      return build(answer, withoutBody);
    } catch (IllegalArgumentException badHeader) {
      LOG.error("an answer's headers are unusable", badHeader);
      return build(new HttpAnswer(500, List.of(), new byte[0]), withoutBody);
    }
  }

  private static FullHttpResponse build(HttpAnswer answer, boolean withoutBody) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            withoutBody ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body()));
    for (HttpCall.Header header : answer.headers()) {
      response.headers().add(header.name(), header.value());
    }
    response.headers().set(HttpHeaderNames.DATE, date());
    if (answer.status() != 204 && answer.status() != 304) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    }
    return response;
  }

  private static String date() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now().atOffset(ZoneOffset.UTC));
  }

  /**
   * Answers without asking the handler, then closes: what follows cannot be trusted. It is read and
   * thrown away for a while, because closing with unread bytes would destroy the answer.
   */
  private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
    state = State.CLOSING;
    deadlineIn(Limits.CLOSE_ANSWER_MAX);
    HttpAnswer answer =
        status.equals(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE)
            ? handler.tooLong()
            : new HttpAnswer(status.code(), List.of(), new byte[0]);
    FullHttpResponse response = response(answer, false);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.writeAndFlush(response)
        .addListener(done -> {
          SslHandler tls = ctx.pipeline().get(SslHandler.class);
          if (tls != null) {
            tls.closeOutbound();
          }
          ctx.executor()
              .schedule(() -> ctx.close(), Limits.CLOSE_ANSWER_MAX.toNanos(), TimeUnit.NANOSECONDS);
        });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Shutdown.NOW) {
      stopping = true;
      if (state == State.IDLE || state == State.READING) {
        ctx.close();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof io.netty.handler.codec.DecoderException) {
      LOG.debug("connection of {} ends", ctx.channel().remoteAddress(), cause);
    } else {
      LOG.error("connection of {} ends", ctx.channel().remoteAddress(), cause);
    }
    ctx.close();
  }
}
