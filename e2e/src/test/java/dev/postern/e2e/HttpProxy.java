package dev.postern.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The HTTP proxy of a company: opens tunnels for who knows the password, cuts those on which
 * nothing moves for too long, and alone knows where the server is, whatever name it is asked for.
 */
final class HttpProxy implements AutoCloseable {
  private static final String USER = "proxyuser:p%40ss";
  private static final String AUTHORIZATION =
      "Proxy-Authorization: Basic "
          + Base64.getEncoder().encodeToString("proxyuser:p@ss".getBytes(StandardCharsets.UTF_8));

  /** A tunnel to there is never spoken in. */
  static final String SILENT = "silent.test:443";

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  /** Where connections are neither answered nor closed. */
  private final ServerSocket nowhere = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  private final Duration idleMax;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile int serverPort;

  /** What was asked for, in order. */
  final List<String> targets = new CopyOnWriteArrayList<>();

  HttpProxy(Duration idleMax) throws IOException {
    this.idleMax = idleMax;
    Thread.ofVirtual().name("http-proxy").start(this::accept);
  }

  void leadsTo(int port) {
    serverPort = port;
  }

  /** The value of https_proxy. */
  String url() {
    return "http://" + USER + "@127.0.0.1:" + listener.getLocalPort();
  }

  /** How many tunnels were cut because nothing moved. */
  int cuts() {
    return cuts.get();
  }

  /** A tunnel on which nobody ever says anything. */
  Socket silentTunnel() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    socket
        .getOutputStream()
        .write(
            ("CONNECT " + SILENT + " HTTP/1.1\r\n" + AUTHORIZATION + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    head(socket.getInputStream());
    return socket;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      String[] words = head.split(" ", 3);
      targets.add(words.length < 2 ? head : words[0] + " " + words[1]);
      if (!head.startsWith("CONNECT ") || !head.contains(AUTHORIZATION + "\r\n")) {
        client
            .getOutputStream()
            .write(
                "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
        return;
      }
      int port = words[1].equals(SILENT) ? nowhere.getLocalPort() : serverPort;
      try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        AtomicLong movedAt = new AtomicLong(System.nanoTime());
        Thread back = Thread.ofVirtual().start(() -> copy(onward, client, movedAt));
        copy(client, onward, movedAt);
        back.join();
      }
    } catch (IOException | InterruptedException ended) {
      // The client sees what it makes of that.
    } finally {
      open.remove(client);
    }
  }

  private static String head(InputStream input) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = input.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private void copy(Socket from, Socket to, AtomicLong movedAt) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      while (true) {
        long left = idleMax.toMillis() - (System.nanoTime() - movedAt.get()) / 1_000_000;
        if (left <= 0) {
          cuts.incrementAndGet();
          return;
        }
        from.setSoTimeout((int) left);
        try {
          int count = from.getInputStream().read(buffer);
          if (count < 0) {
            return;
          }
          movedAt.set(System.nanoTime());
          to.getOutputStream().write(buffer, 0, count);
        } catch (SocketTimeoutException stillThisWay) {
          // Something may have moved the other way meanwhile.
        }
      }
    } catch (IOException closed) {
      // One side closed: so does the other.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    nowhere.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
