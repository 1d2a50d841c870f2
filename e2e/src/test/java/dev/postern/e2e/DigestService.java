package dev.postern.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Reads to the end, answers with the SHA-256 of what it read, and then sends a {@link LongRow}. */
final class DigestService extends SocketService {
  private final LongRow row;

  DigestService(long count) throws IOException {
    row = new LongRow(count);
    start();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static byte[] digestOfRest(InputStream input) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[LongRow.BLOCK_BYTES];
    for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
      digest.update(buffer, 0, count);
    }
    return digest.digest();
  }

  @Override
  void serve(SocketChannel connection) throws IOException {
    byte[] digest = digestOfRest(connection.socket().getInputStream());
    write(connection, ByteBuffer.wrap(digest));
    row.forEach((block, length) -> write(connection, ByteBuffer.wrap(block, 0, length)));
  }
}
