package dev.postern.e2e;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Gives each connection a {@link LongRow}; and the reader that knows it. */
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

  /** Told how far a reader is, block by block. */
  interface Progress {
    void at(long bytes) throws IOException;
  }

  /** Reads all from a connection and compares; fails at the first difference. */
  void expect(Socket connection, Progress progress) throws IOException {
    long[] done = {0};
    row.forEach((wanted, length) -> {
      byte[] read = connection.getInputStream().readNBytes(length);
      if (read.length < length) {
        throw new EOFException("only " + (done[0] + read.length) + " bytes came");
      }
      if (!Arrays.equals(wanted, 0, length, read, 0, length)) {
        throw new AssertionError("the block at " + done[0] + " is not what was sent");
      }
      done[0] += length;
      progress.at(done[0]);
    });
    if (connection.getInputStream().read() >= 0) {
      throw new AssertionError("more came than was sent");
    }
  }
}
