package dev.postern.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Reads to the end, answers with the SHA-256 of what it read, and then sends a {@link LongRow}. */
final class DigestService extends SocketService {
  private final LongRow row;
  private final NumberedBytes.Progress progress;

  DigestService(long count) throws IOException {
    this(count, _ -> {});
  }

  /**
   * @param progress told how far the service has read, on the connection's own thread
   */
  DigestService(long count, NumberedBytes.Progress progress) throws IOException {
    row = new LongRow(count);
    this.progress = progress;
    start();
  }

  /** Sends a {@link LongRow} and its end; returns what the service has to answer. */
  static byte[] send(Socket connection, long count) throws IOException {
    OutputStream output = connection.getOutputStream();
    MessageDigest sent = sha256();
    new LongRow(count)
        .forEach((block, length) -> {
          output.write(block, 0, length);
          sent.update(block, 0, length);
        });
    connection.shutdownOutput();
    return sent.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static byte[] digestOfRest(InputStream input) throws IOException {
    return digestOfRest(input, _ -> {});
  }

  private static byte[] digestOfRest(InputStream input, NumberedBytes.Progress progress)
      throws IOException {
    long done = 0;
    MessageDigest digest = sha256();
    byte[] buffer = new byte[LongRow.BLOCK_BYTES];
    for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
      digest.update(buffer, 0, count);
      done += count;
      progress.at(done);
    }
    return digest.digest();
  }

  @Override
  void serve(SocketChannel connection) throws IOException {
    byte[] digest = digestOfRest(connection.socket().getInputStream(), progress);
    write(connection, ByteBuffer.wrap(digest));
    row.forEach((block, length) -> write(connection, ByteBuffer.wrap(block, 0, length)));
  }
}
