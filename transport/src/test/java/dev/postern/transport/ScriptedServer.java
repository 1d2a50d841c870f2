package dev.postern.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Does to each connection what a test says, on a virtual thread per connection. */
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end with CR LF
final class ScriptedServer implements Closeable {
  interface Script {
    /** The socket is closed when this returns or throws. */
    void run(Peer peer) throws Exception;
  }

  /** The server's side of one connection. */
  record Peer(Socket socket, DataInputStream in, int number) {
    void write(String text) throws IOException {
      write(text.getBytes(ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Request line and headers up to the empty line, with it. */
    String readHead() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.readUnsignedByte());
      }
      return head.toString();
    }

    /** Answers a WebSocket upgrade correctly. */
    void upgrade() throws IOException {
      write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + WebSocketClient.expectedAccept(key(readHead()))
              + "\r\n\r\n");
    }

    static String key(String head) {
      String name = "Sec-WebSocket-Key: ";
      int start = head.indexOf(name) + name.length();
      return head.substring(start, head.indexOf("\r\n", start));
    }

    /** A frame of the client: its first byte, then the unmasked payload. */
    byte[] readFrame() throws IOException {
      int first = in.readUnsignedByte();
      int second = in.readUnsignedByte();
      if ((second & 0x80) == 0) {
        throw new IOException("the client did not mask");
      }
      long length = second & 0x7F;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] mask = in.readNBytes(4);
      byte[] frame = new byte[(int) length + 1];
      frame[0] = (byte) first;
      in.readFully(frame, 1, (int) length);
      for (int i = 0; i < length; i++) {
        frame[i + 1] ^= mask[i % 4];
      }
      return frame;
    }

    /** Waits until the client closes. */
    void awaitEnd() throws IOException {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Semaphore closed = new Semaphore(0);

  ScriptedServer(Script script) throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> acceptAll(script));
  }

  private void acceptAll(Script script) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        int number = accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(script, socket, number));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Script script, Socket socket, int number) {
    try (socket) {
      script.run(new Peer(socket, new DataInputStream(socket.getInputStream()), number));
    } catch (Exception e) {
      // The test sees what its client makes of the end.
    } finally {
      sockets.remove(socket);
      closed.release();
    }
  }

  /**
   * Waits until one more connection than at the last call is closed, which its peer can see then.
   */
  void awaitClosed() throws InterruptedException {
    if (!closed.tryAcquire(10, TimeUnit.SECONDS)) {
      throw new AssertionError("no connection was closed");
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  int accepted() {
    return accepted.get();
  }

  URI uri(String scheme) {
    return URI.create(scheme + "://127.0.0.1:" + port() + "/a%2Fb?c=d+e");
  }

  /** Drops all connections and goes on listening. */
  void cut() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
