package dev.postern.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP service on loopback that takes or gives as many bytes as it is told, and the client that
 * measures a way to it. On each connection the client first says a direction (1 byte: 0 takes, 1
 * gives) and a count (8 bytes); who got all of them confirms with one byte.
 */
final class Traffic implements AutoCloseable {
  /** Which way the counted bytes go, as the client sees it. */
  enum Direction {
    UP,
    DOWN
  }

  private static final byte TAKE = 0;
  private static final byte GIVE = 1;
  private static final int REQUEST_BYTES = 1 + Long.BYTES;
  private static final int BUFFER_BYTES = 256 << 10;

  private final ServerSocketChannel listener;

  Traffic() throws IOException {
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofPlatform().daemon().name("traffic").start(this::accept);
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        Thread.ofPlatform().daemon().name("traffic-served").start(() -> serve(connection));
      }
    } catch (IOException closed) {
      // The measurement is over.
    }
  }

  private static void serve(SocketChannel connection) {
    try (connection) {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer request = read(connection, REQUEST_BYTES);
      exchange(connection, request.get() == GIVE, request.getLong());
    } catch (IOException lost) {
      // The client sees it too, and fails.
    }
  }

  /** Whoever receives confirms, and whoever sends waits for that. */
  private static void exchange(SocketChannel connection, boolean send, long count)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long left = count;
    while (left > 0) {
      buffer.clear().limit((int) Math.min(left, BUFFER_BYTES));
      int moved = send ? connection.write(buffer) : connection.read(buffer);
      if (moved < 0) {
        throw new EOFException("the connection ended " + left + " bytes early");
      }
      left -= moved;
    }
    if (send) {
      ByteBuffer _ = read(connection, 1);
    } else {
      int _ = connection.write(ByteBuffer.allocate(1));
    }
  }

  private static ByteBuffer read(SocketChannel connection, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (connection.read(buffer) < 0) {
        throw new EOFException("the connection ended early");
      }
    }
    return buffer.flip();
  }

  /**
   * Moves bytes over connections that run at once.
   *
   * @param port the near end of the way to the service
   * @param count of bytes, shared by the streams
   * @return nanoseconds from the moment that all are connected
   */
  static long run(int port, Direction direction, int streams, long count)
      throws IOException, InterruptedException {
    var begun = new AtomicLong();
    var connected = new CyclicBarrier(streams, () -> begun.set(System.nanoTime()));
    try (ExecutorService threads = Executors.newFixedThreadPool(streams)) {
      List<Future<Void>> done = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        done.add(
            threads.submit(() -> {
              try (SocketChannel connection =
                  SocketChannel.open(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
                int _ = connected.await();
                long share = count / streams;
                ByteBuffer request =
                    ByteBuffer.allocate(REQUEST_BYTES)
                        .put(direction == Direction.DOWN ? GIVE : TAKE)
                        .putLong(share);
                int _ = connection.write(request.flip());
                exchange(connection, direction == Direction.UP, share);
                return null;
              }
            }));
      }
      for (Future<Void> each : done) {
        each.get();
      }
      return System.nanoTime() - begun.get();
    } catch (ExecutionException failed) {
      throw new IOException("a stream failed", failed);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
