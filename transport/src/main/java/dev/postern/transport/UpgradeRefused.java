package dev.postern.transport;

import dev.postern.aws.HttpResponse;
import java.io.IOException;

/**
 * The server answered a WebSocket upgrade with an ordinary HTTP answer.
 *
 * <p>The message carries the status only: header and body are the peer's and may hold anything.
 */
public final class UpgradeRefused extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is kept of the answer's body; the rest is cut off. */
  public static final int BODY_BYTES_MAX = 64 << 10;

  private final transient HttpResponse response;

  UpgradeRefused(String host, HttpResponse response) {
    super(host + " refused the WebSocket upgrade with HTTP status " + response.status());
    this.response = response;
  }

  public int status() {
    return response.status();
  }

  /** Status, headers and the body, cut to {@link #BODY_BYTES_MAX}. */
  public HttpResponse response() {
    return response;
  }
}
