package dev.postern.server.listener;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The opening handshake of RFC 6455 section 4.2. Sub-protocols and extensions that are offered are
 * not taken up. Pure.
 */
final class WebSocketUpgrade {
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;

  private WebSocketUpgrade() {}

  /** Whether the request asks for a WebSocket at all; other protocols are not spoken here. */
  static boolean isAsked(HttpCall call) {
    return tokens(call, "Upgrade").contains("websocket")
        && tokens(call, "Connection").contains("upgrade");
  }

  /** The answer that refuses a faulty opening handshake. */
  static Optional<HttpAnswer> refusal(HttpCall call) {
    if (!call.method().equals("GET") || call.body().length > 0) {
      return Optional.of(new HttpAnswer(400, List.of(), new byte[0]));
    }
    if (!values(call, "Sec-WebSocket-Version").equals(List.of(VERSION))) {
      return Optional.of(
          new HttpAnswer(
              426,
              List.of(
                  new HttpCall.Header("Sec-WebSocket-Version", VERSION),
                  new HttpCall.Header("Upgrade", "websocket")),
              new byte[0]));
    }
    List<String> keys = values(call, "Sec-WebSocket-Key");
    if (keys.size() != 1 || !isKey(keys.get(0))) {
      return Optional.of(new HttpAnswer(400, List.of(), new byte[0]));
    }
    return Optional.empty();
  }

  /** The 101 for a request without {@link #refusal}. */
  static FullHttpResponse answer(HttpCall call) {
    FullHttpResponse answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    answer
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(
            HttpHeaderNames.SEC_WEBSOCKET_ACCEPT,
            acceptKey(values(call, "Sec-WebSocket-Key").get(0)));
    return answer;
  }

  static String acceptKey(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  private static List<String> values(HttpCall call, String name) {
    List<String> values = new ArrayList<>();
    for (HttpCall.Header header : call.headers()) {
      if (header.name().equalsIgnoreCase(name)) {
        values.add(header.value().strip());
      }
    }
    return values;
  }

  private static List<String> tokens(HttpCall call, String name) {
    List<String> tokens = new ArrayList<>();
    for (String value : values(call, name)) {
      for (String token : value.split(",", -1)) {
        tokens.add(token.strip().toLowerCase(java.util.Locale.ROOT));
      }
    }
    return tokens;
  }
}
