package dev.postern.server.listener;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A WebSocket client that writes whatever frames a test wants. */
public final class RawWebSocket implements AutoCloseable {
  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

  private final SSLSocket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private RawWebSocket(SSLSocket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    this.out = socket.getOutputStream();
  }

  /** A frame from the server: its first byte and the payload. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Frame(int head, byte[] payload) {}

  /** Opens one at the path. */
  public static RawWebSocket open(TestListener server, String path) throws IOException {
    RawWebSocket socket = new RawWebSocket(server.connect());
    String head =
        socket.exchangeHead(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new IOException(head);
    }
    return socket;
  }

  /** The head of a request, line by line. */
  static String request(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  static String head(TestListener server, String request) throws IOException {
    try (RawWebSocket socket = new RawWebSocket(server.connect())) {
      return socket.exchangeHead(request);
    }
  }

  static String status(TestListener server, String request) throws IOException {
    return head(server, request).split(" ", 3)[1];
  }

  private String exchangeHead(String request) throws IOException {
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** The port of this end. */
  public int localPort() {
    return socket.getLocalPort();
  }

  /** Sends a masked frame with this first byte. */
  public void frame(int head, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    putHeader(frame, head, payload.length, 0x80);
    frame.put(MASK);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ MASK[i % 4]));
    }
    write(frame);
  }

  /** The same where a lost connection is no news. */
  public void frameUnchecked(int head, byte[] payload) {
    try {
      frame(head, payload);
    } catch (IOException lost) {
      throw new UncheckedIOException(lost);
    }
  }

  void unmasked(int head, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
    putHeader(frame, head, payload.length, 0);
    frame.put(payload);
    write(frame);
  }

  /** Only announces a payload. */
  void header(int head, long length) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(14);
    frame.put((byte) head).put((byte) (0x80 | 127)).putLong(length).put(MASK);
    write(frame);
  }

  private static void putHeader(ByteBuffer frame, int head, int length, int maskBit) {
    frame.put((byte) head);
    if (length < 126) {
      frame.put((byte) (maskBit | length));
    } else if (length < 65_536) {
      frame.put((byte) (maskBit | 126)).putShort((short) length);
    } else {
      frame.put((byte) (maskBit | 127)).putLong(length);
    }
  }

  private void write(ByteBuffer frame) throws IOException {
    byte[] bytes = new byte[frame.flip().remaining()];
    frame.get(bytes);
    out.write(bytes);
    out.flush();
  }

  /** Waits for a frame. */
  public Frame read() throws IOException {
    int head = in.readUnsignedByte();
    long length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    return new Frame(head, payload);
  }

  /** Reads on to the close frame and tells its code. */
  public int readCloseCode() throws IOException {
    Frame frame = read();
    while (frame.head() != 0x88) {
      frame = read();
    }
    return frame.payload().length < 2 ? 1005 : ByteBuffer.wrap(frame.payload()).getShort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
