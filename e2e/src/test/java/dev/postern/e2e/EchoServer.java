package dev.postern.e2e;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Sends back all that it gets, and closes a connection whose other end has said that no more comes.
 */
final class EchoServer extends SocketService {
  private static final int BUFFER_BYTES = 16_384;

  /** Listens at an address, which may be a Unix socket's. */
  EchoServer(SocketAddress address) throws IOException {
    super(address);
    start();
  }

  /** Listens at a free port of 127.0.0.1. */
  EchoServer() throws IOException {
    start();
  }

  @Override
  void serve(SocketChannel connection) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    while (connection.read(buffer) >= 0) {
      write(connection, buffer.flip());
      buffer.clear();
    }
  }
}
