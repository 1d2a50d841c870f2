package dev.postern.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that opens tunnels to ports of this machine, whatever host they are asked for. */
public final class TunnelProxy implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  /** The first lines of the requests. */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  public TunnelProxy() throws IOException {
    Thread.ofVirtual().name("tunnel-proxy").start(this::accept);
  }

  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String request = head(client.getInputStream()).lines().findFirst().orElse("");
      requests.add(request);
      String target = request.split(" ", 3)[1];
      int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
      try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
        Thread back = Thread.ofVirtual().start(() -> copy(onward, client));
        copy(client, onward);
        back.join();
      }
    } catch (IOException | InterruptedException ended) {
      // The client sees what it makes of that.
    }
  }

  private static String head(InputStream input) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = input.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException closed) {
      // One side closed: so does the other.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
