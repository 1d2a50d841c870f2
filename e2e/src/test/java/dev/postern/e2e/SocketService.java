package dev.postern.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a node forwards to. One virtual thread accepts, and each connection has one; they end with
 * their sockets.
 */
abstract class SocketService implements AutoCloseable {
  private static final int BACKLOG = 100;

  private final ServerSocketChannel listener;
  private final AtomicInteger connections = new AtomicInteger();

  /** Listens at an address, which may be a Unix socket's. */
  SocketService(SocketAddress address) throws IOException {
    listener =
        address instanceof InetSocketAddress
            ? ServerSocketChannel.open()
            : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(address, BACKLOG);
  }

  /** Listens at a free port of 127.0.0.1. */
  SocketService() throws IOException {
    this(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
  }

  /** Begins to accept. */
  final void start() {
    Thread.ofVirtual().name("service-accept").start(this::accept);
  }

  final int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  /** How many are open. */
  final int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        Thread.ofVirtual().name("service").start(() -> run(connection));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void run(SocketChannel connection) {
    connections.incrementAndGet();
    try (connection) {
      serve(connection);
    } catch (IOException lost) {
      // Whoever connected sees that something is missing.
    } finally {
      connections.decrementAndGet();
    }
  }

  /** Serves one connection, which is closed afterwards. */
  abstract void serve(SocketChannel connection) throws IOException;

  static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ = connection.write(bytes);
    }
  }

  @Override
  public final void close() throws IOException {
    listener.close();
  }
}
