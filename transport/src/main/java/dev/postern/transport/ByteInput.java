package dev.postern.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Buffered reading of lines and exact numbers of bytes from one peer. For one thread. */
final class ByteInput {
  /** Grows with what arrives: most connections carry little, and an agent may have a thousand. */
  private static final int BUFFER_BYTES_FIRST = 2 << 10;

  private static final int BUFFER_BYTES_MAX = 64 << 10;

  /** A read of so much goes past the buffer: one copy less. Shorter ones fetch what follows too. */
  private static final int DIRECT_BYTES_MIN = 4 << 10;

  private final InputStream source;
  private byte[] buffer = new byte[BUFFER_BYTES_FIRST];
  private int position;
  private int limit;

  ByteInput(InputStream source) {
    this.source = source;
  }

  /** Whether bytes have been taken from the peer that nobody asked for yet. */
  boolean hasBuffered() {
    return position < limit;
  }

  /** The next byte, -1 at the end. */
  int readOrEnd() throws IOException {
    if (position == limit && !fill()) {
      return -1;
    }
    return buffer[position++] & 0xFF;
  }

  /** Waits until there is a byte to read. */
  void awaitByte() throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException("the connection ended early");
    }
  }

  int read() throws IOException {
    int value = readOrEnd();
    if (value < 0) {
      throw new EOFException("the connection ended early");
    }
    return value;
  }

  long readNumber(int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number = number << 8 | read();
    }
    return number;
  }

  void readFully(byte[] target, int offset, int length) throws IOException {
    int done = Math.min(length, limit - position);
    System.arraycopy(buffer, position, target, offset, done);
    position += done;
    while (done < length) {
      int read = readSome(target, offset + done, length - done);
      if (read < 0) {
        throw new EOFException("the connection ended early");
      }
      done += read;
    }
  }

  /** At least one byte, -1 at the end. Large reads bypass the buffer. */
  int readSome(byte[] target, int offset, int length) throws IOException {
    if (position == limit) {
      if (length >= DIRECT_BYTES_MIN) {
        return source.read(target, offset, length);
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

  /**
   * A line without its end, which is CR LF or, as RFC 9112 2.2 allows, LF alone.
   *
   * @throws IOException when the line with its end is longer than the limit
   */
  String readLine(int bytesMax, String limitName) throws IOException {
    StringBuilder line = new StringBuilder(80);
    int count = 0;
    for (int c = read(); c != '\n'; c = read()) {
      if (++count >= bytesMax) {
        throw new IOException("the peer sent more than " + limitName + " allows");
      }
      line.append((char) c);
    }
    int length = line.length();
    if (length > 0 && line.charAt(length - 1) == '\r') {
      line.setLength(length - 1);
    }
    return line.toString();
  }

  private boolean fill() throws IOException {
    if (limit == buffer.length && buffer.length < BUFFER_BYTES_MAX) {
      buffer = new byte[Math.min(buffer.length * 2, BUFFER_BYTES_MAX)];
    }
    int read = source.read(buffer, 0, buffer.length);
    position = 0;
    limit = Math.max(read, 0);
    return read > 0;
  }

  static byte[] bytes(CharSequence text) {
    return text.toString().getBytes(ISO_8859_1);
  }
}
