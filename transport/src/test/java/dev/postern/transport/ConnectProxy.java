package dev.postern.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that opens tunnels, cuts those on which nothing moves for too long, and remembers
 * the heads of the requests it got.
 */
final class ConnectProxy implements Closeable {
  private final ScriptedServer server;
  final List<String> heads = new CopyOnWriteArrayList<>();

  /** With an answer, every request gets that one. */
  ConnectProxy(@Nullable String answer) throws IOException {
    this(answer, Duration.ofHours(1));
  }

  ConnectProxy(@Nullable String answer, Duration idleMax) throws IOException {
    server =
        new ScriptedServer(peer -> {
          String head = peer.readHead();
          heads.add(head);
          if (answer != null) {
            peer.write(answer);
            return;
          }
          String target = head.split(" ", 3)[1];
          int colon = target.lastIndexOf(':');
          try (Socket onward =
              new Socket(
                  InetAddress.getLoopbackAddress(),
                  Integer.parseInt(target.substring(colon + 1)))) {
            peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
            AtomicLong movedAt = new AtomicLong(System.nanoTime());
            Thread back =
                Thread.ofVirtual().start(() -> copy(onward, peer.socket(), movedAt, idleMax));
            copy(peer.socket(), onward, movedAt, idleMax);
            back.join();
          }
        });
  }

  private static void copy(Socket from, Socket to, AtomicLong movedAt, Duration idleMax) {
    try (from;
        to) {
      byte[] buffer = new byte[1 << 16];
      while (true) {
        long left = idleMax.toMillis() - (System.nanoTime() - movedAt.get()) / 1_000_000;
        if (left <= 0) {
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
    } catch (IOException e) {
      // One side closed: so does the other.
    }
  }

  int accepted() {
    return server.accepted();
  }

  String address() {
    return "127.0.0.1:" + server.port();
  }

  /** Settings that send everything here. */
  ProxySettings settings() throws IOException {
    String value = "http://user:p%40ss@" + address();
    return ProxySettings.fromEnvironment(Map.of("https_proxy", value, "http_proxy", value));
  }

  void cutTunnels() throws IOException {
    server.cut();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
