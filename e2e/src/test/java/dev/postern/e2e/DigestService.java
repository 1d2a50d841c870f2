package dev.postern.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Reads to the end, answers with the SHA-256 of what it read, and then sends a {@link LongRow}. */
final class DigestService extends SocketService {
  private final LongRow row;
  private final LongRow.Progress progress;

  DigestService(long count) throws IOException {
    this(count, _ -> {});
  }

  /**
   * @param progress told how far the service has read, on the connection's own thread
   */
  DigestService(long count, LongRow.Progress progress) throws IOException {
    row = new LongRow(count);
    this.progress = progress;
    start();
  }

  /** Sends a {@link LongRow} and its end; returns what the service has to answer. */
  static byte[] send(Socket connection, long count) throws IOException {
    return send(connection, new LongRow(count), _ -> {});
  }

  private static byte[] send(Socket connection, LongRow row, LongRow.Progress progress)
      throws IOException {
    OutputStream output = connection.getOutputStream();
    MessageDigest sent = sha256();
    long[] done = {0};
    row.forEach((block, length) -> {
      output.write(block, 0, length);
      sent.update(block, 0, length);
      done[0] += length;
      progress.at(done[0]);
    });
    connection.shutdownOutput();
    return sent.digest();
  }

  /**
   * Sends the row through a connection, and then reads it; fails unless the same arrived at both
   * ends.
   *
   * @param through told of both as if they were one
   */
  void expectBothWays(Socket connection, LongRow.Progress through) throws IOException {
    long[] done = {0};
    byte[] wanted =
        send(
            connection,
            row,
            sent -> {
              done[0] = sent;
              through.at(sent);
            });
    InputStream input = connection.getInputStream();
    if (!Arrays.equals(input.readNBytes(wanted.length), wanted)) {
      throw new AssertionError("what the service got is not what was sent");
    }
    row.expect(input, read -> through.at(done[0] + read));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static byte[] digestOfRest(InputStream input, LongRow.Progress progress)
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
