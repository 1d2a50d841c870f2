package dev.postern.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP socket whose reads wait as long as a {@link Patience} says, and which takes much at once
 * from the system.
 *
 * <p>TLS lies above it and never sees a timeout in the middle of a record, only the end of all
 * patience. One thread reads. {@link #close} may be called by any thread and never waits, unlike
 * that of an SSLSocket, which waits for a blocked writer.
 */
final class PatientSocket extends Socket {
  /** A connection on which little happens stays with that: an agent may have a thousand. */
  private static final int BUFFER_BYTES_FIRST = 2 << 10;

  private static final int READ_BUFFER_BYTES = 64 << 10;

  private static final int WRITE_BUFFER_BYTES = 64 << 10;

  private final Input input = new Input();
  private final Output output = new Output();
  private volatile Patience patience;

  PatientSocket(Patience patience) {
    this.patience = patience;
  }

  void patience(Patience next) {
    patience = next;
  }

  @Override
  public InputStream getInputStream() {
    return input;
  }

  @Override
  public OutputStream getOutputStream() {
    return output;
  }

  /**
   * Keeps what is written until {@link #uncork}, as far as there is room: TLS flushes each of its
   * records, and a frame of ours has several.
   */
  void cork() {
    output.corked = true;
  }

  /** Gives the system what was kept. */
  void uncork() throws IOException {
    output.corked = false;
    output.flush();
  }

  /**
   * Whether an unused connection can still be used: the peer neither closed it nor said anything.
   * Costs a millisecond when it can.
   */
  boolean isQuiet() {
    if (input.position < input.limit) {
      return false;
    }
    try {
      setSoTimeout(1);
      // An end, an alert, data: whatever comes out of turn, this connection is of no use.
      super.getInputStream().skipNBytes(1);
      return false;
    } catch (SocketTimeoutException _) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** Records of the reader's, such as alerts, may come between those of the writer. */
  private final class Output extends OutputStream {
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] buffer = new byte[BUFFER_BYTES_FIRST];
    private int filled;
    private volatile boolean corked;

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      lock.lock();
      try {
        if (length > buffer.length - filled && buffer.length < WRITE_BUFFER_BYTES) {
          grow(filled + length);
        }
        if (length > buffer.length - filled) {
          drain();
        }
        if (length > buffer.length) {
          PatientSocket.super.getOutputStream().write(source, offset, length);
          return;
        }
        System.arraycopy(source, offset, buffer, filled, length);
        filled += length;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void flush() throws IOException {
      if (corked) {
        return;
      }
      lock.lock();
      try {
        drain();
      } finally {
        lock.unlock();
      }
    }

    private void grow(int wanted) {
      int length = Math.min(Math.max(wanted, buffer.length * 2), WRITE_BUFFER_BYTES);
      buffer = Arrays.copyOf(buffer, length);
    }

    private void drain() throws IOException {
      if (filled > 0) {
        int count = filled;
        filled = 0;
        PatientSocket.super.getOutputStream().write(buffer, 0, count);
      }
    }

    @Override
    public void close() throws IOException {
      PatientSocket.this.close();
    }
  }

  private final class Input extends InputStream {
    private byte[] buffer = new byte[BUFFER_BYTES_FIRST];
    private int position;
    private int limit;

    @Override
    public int read() throws IOException {
      return position < limit || fill() ? buffer[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      if (length == 0) {
        return 0;
      }
      if (position == limit) {
        if (length >= buffer.length) {
          return readPatiently(target, offset, length);
        }
        if (!fill()) {
          return -1;
        }
      }
      int taken = Math.min(length, limit - position);
      System.arraycopy(buffer, position, target, offset, taken);
      position += taken;
      return taken;
    }

    @Override
    public int available() {
      return limit - position;
    }

    @Override
    public void close() throws IOException {
      PatientSocket.this.close();
    }

    private boolean fill() throws IOException {
      if (limit == buffer.length && buffer.length < READ_BUFFER_BYTES) {
        // The last one filled it: there is more to come.
        buffer = new byte[Math.min(buffer.length * 2, READ_BUFFER_BYTES)];
      }
      int read = readPatiently(buffer, 0, buffer.length);
      position = 0;
      limit = Math.max(read, 0);
      return read > 0;
    }

    private int readPatiently(byte[] target, int offset, int length) throws IOException {
      InputStream raw = PatientSocket.super.getInputStream();
      while (true) {
        Patience now = patience;
        setSoTimeout(now.waitMillis(System.nanoTime()));
        try {
          int read = raw.read(target, offset, length);
          now.onHeard(System.nanoTime());
          return read;
        } catch (SocketTimeoutException _) {
          now.onSilence(System.nanoTime());
        }
      }
    }
  }
}
