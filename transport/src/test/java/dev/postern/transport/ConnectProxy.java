package dev.postern.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy that opens tunnels and remembers the heads of the requests it got. */
final class ConnectProxy implements Closeable {
  private final ScriptedServer server;
  final List<String> heads = new CopyOnWriteArrayList<>();

  /** With an answer, every request gets that one. */
  ConnectProxy(@Nullable String answer) throws IOException {
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
            Thread back = Thread.ofVirtual().start(() -> copy(onward, peer.socket()));
            copy(peer.socket(), onward);
            back.join();
          }
        });
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
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
