package dev.postern.transport;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An address that swallows the first packets of connections: a listener whose queue is full. */
@Timeout(60)
final class DialTest {
  private static final String SYN_SENT = "02";

  @Test
  void silentAddressIsTriedOverAnotherConnectionBeforeTcpRepeatsItself() throws Exception {
    List<Socket> queued = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(listener, queued);
      URI uri = URI.create("ws://127.0.0.1:" + listener.getLocalPort() + "/");
      Thread dial = Thread.ofVirtual().start(() -> expectFailure(uri));
      Set<String> tried = new HashSet<>();

      while (tried.size() < 2) {
        tried.addAll(dialling(listener.getLocalPort()));
        Thread.onSpinWait();
      }

      dial.interrupt();
      dial.join();
    } finally {
      for (Socket socket : queued) {
        socket.close();
      }
    }
  }

  private static void expectFailure(URI uri) {
    WebSocketLimits limits = WebSocketLimits.AGENT.withConnectTimeout(Duration.ofSeconds(15));
    assertThatIOException()
        .isThrownBy(() ->
            WebSocketClient.connect(uri, Map.of(), Trust.system(), ProxySettings.DIRECT, limits));
  }

  private static void fill(ServerSocket listener, List<Socket> queued) throws IOException {
    while (true) {
      Socket socket = new Socket();
      queued.add(socket);
      try {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()), 300);
      } catch (SocketTimeoutException full) {
        socket.close();
        return;
      }
    }
  }

  /** The local ends of connections whose first packet to this port was not answered. */
  private static Set<String> dialling(int port) throws IOException {
    String remote = String.format(Locale.ROOT, ":%04X", port);
    Set<String> local = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields[2].endsWith(remote) && fields[3].equals(SYN_SENT)) {
          local.add(fields[1]);
        }
      }
    }
    return local;
  }
}
