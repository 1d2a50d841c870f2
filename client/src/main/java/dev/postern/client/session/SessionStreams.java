package dev.postern.client.session;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Where a session's bytes come from and go to. Nothing is buffered here: a byte is on the screen
 * when write returns.
 *
 * @param input read by one thread
 * @param output the session's output; written by one thread at a time
 * @param error the session's error stream
 * @param texts what this program has to say
 */
public record SessionStreams(
    InputStream input, OutputStream output, OutputStream error, OutputStream texts) {
  /**
   * The standard streams of this process.
   *
   * @param textsOnOutput whether texts go to the output; otherwise it carries the session's bytes
   *     alone
   */
  public static SessionStreams ofProcess(boolean textsOnOutput) {
    OutputStream output = new FileOutputStream(FileDescriptor.out);
    OutputStream error = new FileOutputStream(FileDescriptor.err);
    return new SessionStreams(
        new FileInputStream(FileDescriptor.in), output, error, textsOnOutput ? output : error);
  }

  static void write(OutputStream stream, ByteBuffer bytes) throws IOException {
    if (bytes.hasArray()) {
      stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    } else {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(bytes.position(), copy);
      stream.write(copy);
    }
    stream.flush();
  }

  static void write(OutputStream stream, String text) throws IOException {
    write(stream, StandardCharsets.UTF_8.encode(text));
  }
}
