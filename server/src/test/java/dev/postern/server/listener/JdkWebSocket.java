package dev.postern.server.listener;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket client, made blocking. Any thread may send. */
public final class JdkWebSocket implements AutoCloseable {
  private static final int WAIT_SECONDS = 20;

  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> closeCodes = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
  private @Nullable WebSocket socket;

  private JdkWebSocket() {}

  /** Opens one at the path. */
  public static JdkWebSocket open(TestListener server, String path) throws Exception {
    return open(server.client(), server.uri("wss", path), Map.of());
  }

  /** Opens one with these headers in its upgrade. */
  public static JdkWebSocket open(HttpClient client, URI address, Map<String, List<String>> headers)
      throws Exception {
    JdkWebSocket opened = new JdkWebSocket();
    WebSocket.Builder builder = client.newWebSocketBuilder();
    headers.forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
    opened.socket =
        builder.buildAsync(address, opened.new Receiver()).get(WAIT_SECONDS, TimeUnit.SECONDS);
    return opened;
  }

  private final class Receiver implements WebSocket.Listener {
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      parts.writeBytes(part);
      if (last) {
        received.add(parts.toByteArray());
        parts.reset();
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
      pongs.add(StandardCharsets.US_ASCII.decode(payload).toString());
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closeCodes.add(code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable lost) {
      closeCodes.add(1006);
    }
  }

  private WebSocket socket() {
    return Objects.requireNonNull(socket);
  }

  /** Whether the server has not ended it. */
  public boolean isOpen() {
    return closeCodes.isEmpty() && !socket().isInputClosed();
  }

  /** Sends a binary message. */
  public synchronized void send(byte[] message) throws Exception {
    socket().sendBinary(ByteBuffer.wrap(message), true).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Sends a binary message in pieces, as official senders do with long ones. */
  public synchronized void sendInPieces(byte[] message, int pieceBytes) throws Exception {
    for (int at = 0; at < message.length; at += pieceBytes) {
      int length = Math.min(pieceBytes, message.length - at);
      socket()
          .sendBinary(ByteBuffer.wrap(message, at, length), at + length == message.length)
          .get(WAIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Sends a text message. */
  public synchronized void sendText(String message) throws Exception {
    socket().sendText(message, true).get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Sends a ping. */
  public synchronized void ping(String payload) throws Exception {
    socket()
        .sendPing(StandardCharsets.US_ASCII.encode(payload))
        .get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits for the answer to a ping. */
  public String pong() throws InterruptedException {
    String payload = pongs.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (payload == null) {
      throw new AssertionError("no pong, closed with " + closeCodes);
    }
    return payload;
  }

  /** Waits for a binary message. */
  public byte[] receive() throws InterruptedException {
    byte[] message = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message, closed with " + closeCodes);
    }
    return message;
  }

  /** A message if one comes within the time. */
  public byte @Nullable [] receive(long milliseconds) throws InterruptedException {
    return received.poll(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Waits for the end; 1006 without a close frame. */
  public int closeCode() throws InterruptedException {
    Integer code = closeCodes.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    if (code == null) {
      throw new AssertionError("still open");
    }
    return code;
  }

  /** Drops the connection without a close frame, as the official programs do. */
  @Override
  public void close() {
    socket().abort();
  }
}
