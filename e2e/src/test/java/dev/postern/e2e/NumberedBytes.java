package dev.postern.e2e;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/** Gives each connection a {@link LongRow}. */
final class NumberedBytes extends SocketService {
  private final LongRow row;
  private final AtomicLong written = new AtomicLong();

  NumberedBytes(long count) throws IOException {
    row = new LongRow(count);
    start();
  }

  @Override
  void serve(SocketChannel connection) throws IOException {
    row.forEach((block, length) -> {
      ByteBuffer bytes = ByteBuffer.wrap(block, 0, length);
      while (bytes.hasRemaining()) {
        written.addAndGet(connection.write(bytes));
      }
    });
  }

  /** How many bytes all connections together took. */
  long written() {
    return written.get();
  }

  /** Reads all from a connection and compares; fails at the first difference. */
  void expect(Socket connection, LongRow.Progress progress) throws IOException {
    row.expect(connection.getInputStream(), progress);
  }
}
