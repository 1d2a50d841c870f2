package dev.postern.client.session;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * A server for one client: answers API calls as the test says and hands WebSockets to the test.
 * Plain text on loopback.
 */
public final class TestGateway implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** A call as it came. */
  public record Call(String operation, String body, Map<String, String> headers) {}

  /** A status and a body. */
  public record Answer(int status, String body) {}

  private final int port;
  private final BiFunction<String, String, Answer> api;
  private final BlockingQueue<TestSocket> sockets = new LinkedBlockingQueue<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile ServerSocket server;
  private volatile Upgrades upgrades = Upgrades.ACCEPT;

  /** What becomes of WebSocket upgrades. */
  public enum Upgrades {
    ACCEPT,
    /** Answered with 503. */
    REFUSE,
    /** Accepted, and the connection cut once the client has opened the data channel. */
    CUT
  }

  /**
   * @param api operation and body to answer; called by several threads
   */
  public TestGateway(BiFunction<String, String, Answer> api) throws IOException {
    this.api = api;
    this.server = listen(0);
    this.port = server.getLocalPort();
  }

  private ServerSocket listen(int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
    Thread.ofVirtual().start(() -> accept(listener));
    return listener;
  }

  /** Starts to listen again after {@link #close}, on the same port. */
  public void reopen() throws IOException {
    server = listen(port);
  }

  public int port() {
    return port;
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  public String streamUrl(String session) {
    return streamUrl(session, port());
  }

  private static String streamUrl(String session, int port) {
    return "ws://127.0.0.1:" + port + "/v1/data-channel/" + session + "?role=publish_subscribe";
  }

  /** StartSession's answer for a session here. */
  public String ticket(String session) {
    return ticketThrough(port(), session);
  }

  /** The same for clients that call another port, from which a path leads here. */
  public String ticketThrough(int port, String session) {
    return "{\"SessionId\":\"%s\",\"TokenValue\":\"first-token\",\"StreamUrl\":\"%s\"}"
        .formatted(session, streamUrl(session, port));
  }

  /** The next connection of the client. */
  public TestSocket awaitSocket() throws InterruptedException {
    TestSocket socket = sockets.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (socket == null) {
      throw new AssertionError("the client did not connect");
    }
    return socket;
  }

  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /** What becomes of WebSocket upgrades from now on. */
  public void upgrades(Upgrades next) {
    upgrades = next;
  }

  /** As a server that is killed: whoever calls from now on is refused by the system. */
  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept(ServerSocket listener) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      for (String line = line(input); !line.isEmpty(); line = line(input)) {
        Map<String, String> headers = new TreeMap<>();
        for (String field = line(input); !field.isEmpty(); field = line(input)) {
          int colon = field.indexOf(':');
          headers.put(
              field.substring(0, colon).toLowerCase(Locale.ROOT),
              field.substring(colon + 1).strip());
        }
        if (headers.containsKey("sec-websocket-key")) {
          upgrade(socket, input, headers);
          return;
        }
        answer(socket.getOutputStream(), input, headers);
      }
    } catch (IOException closed) {
      if (!server.isClosed() && !socket.isClosed()) {
        throw new UncheckedIOException(closed);
      }
    }
  }

  private void answer(OutputStream output, DataInputStream input, Map<String, String> headers)
      throws IOException {
    byte[] body = input.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    String target = headers.getOrDefault("x-amz-target", "");
    String operation = target.substring(target.indexOf('.') + 1);
    String text = new String(body, StandardCharsets.UTF_8);
    calls.add(new Call(operation, text, headers));
    Answer answer = api.apply(operation, text);
    byte[] reply = answer.body().getBytes(StandardCharsets.UTF_8);
    write(
        output,
        "HTTP/1.1 %d Status\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n"
            .formatted(answer.status(), reply.length));
    output.write(reply);
    output.flush();
  }

  private void upgrade(Socket socket, DataInputStream input, Map<String, String> headers)
      throws IOException {
    if (upgrades == Upgrades.REFUSE) {
      write(socket.getOutputStream(), "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    write(
        socket.getOutputStream(),
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept(headers.getOrDefault("sec-websocket-key", ""))
            + "\r\n\r\n");
    TestSocket client = new TestSocket(socket, input);
    if (upgrades == Upgrades.CUT) {
      client.cut();
      return;
    }
    sockets.add(client);
    client.readAll(input);
  }

  private static String accept(String key) {
    try {
      byte[] text =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void write(OutputStream output, String text) throws IOException {
    output.write(text.getBytes(StandardCharsets.ISO_8859_1));
    output.flush();
  }

  private static String line(DataInputStream input) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = input.read(); c >= 0 && c != '\n'; c = input.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
