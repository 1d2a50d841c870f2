package dev.postern.server;

import dev.postern.server.listener.HttpAnswer;
import dev.postern.server.listener.HttpCall;
import dev.postern.server.listener.HttpHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands in the listener's way until the edge is there: what clients are told depends on the port,
 * and the port is known only when the listener has one. Safe for use by many threads.
 */
final class Doorway implements HttpHandler {
  private volatile @Nullable HttpHandler handler;

  /** From now on everything is handed through. */
  void open(HttpHandler to) {
    handler = to;
  }

  @Override
  public HttpAnswer answer(HttpCall call) {
    HttpHandler open = handler;
    return open == null ? notYet() : open.answer(call);
  }

  @Override
  public Upgrade upgrade(HttpCall call) {
    HttpHandler open = handler;
    return open == null ? new Upgrade.Refused(notYet()) : open.upgrade(call);
  }

  @Override
  public HttpAnswer tooLong() {
    HttpHandler open = handler;
    return open == null ? notYet() : open.tooLong();
  }

  private static HttpAnswer notYet() {
    return new HttpAnswer(
        503, List.of(new HttpCall.Header("x-amzn-ErrorType", "ServiceUnavailable")), new byte[0]);
  }
}
