package dev.postern.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.List;

/**
 * How the body of an answer is delimited (RFC 9112 section 6).
 *
 * @param lengthBytes {@link #CHUNKED}, {@link #TO_END} or a number of bytes
 */
record ResponseBody(ResponseHead head, long lengthBytes) {
  private static final long CHUNKED = -1;
  private static final long TO_END = -2;
  private static final int CHUNK_LINE_BYTES_MAX = 4096;
  private static final int TRAILER_BYTES_MAX = 16 << 10;

  static ResponseBody of(ResponseHead head, boolean answersHead) throws IOException {
    if (answersHead || head.status() < 200 || head.status() == 204 || head.status() == 304) {
      return new ResponseBody(head, 0);
    }
    List<String> codings = head.elements("transfer-encoding").toList();
    List<String> lengths = head.elements("content-length").distinct().toList();
    if (!codings.isEmpty()) {
      if (!lengths.isEmpty() || codings.size() != 1 || !codings.getFirst().equals("chunked")) {
        throw new ProtocolException("the server's answer has a body of unclear length");
      }
      return new ResponseBody(head, CHUNKED);
    }
    if (lengths.isEmpty()) {
      return new ResponseBody(head, TO_END);
    }
    if (lengths.size() > 1 || !lengths.getFirst().matches("[0-9]{1,18}")) {
      throw new ProtocolException("the server's answer has a body of unclear length");
    }
    return new ResponseBody(head, Long.parseLong(lengths.getFirst()));
  }

  /** Whether the connection can take another request after this body. */
  boolean reusable() {
    return lengthBytes != TO_END
        && head.status() != 101
        && head.minorVersion() >= 1
        && !head.lists("connection", "close");
  }

  /**
   * The whole body.
   *
   * @throws IOException when it is longer than allowed
   */
  byte[] read(ByteInput input, int bytesMax) throws IOException {
    byte[] body = readBeginning(input, bytesMax);
    if (body.length > bytesMax) {
      throw new IOException("the server's answer is longer than " + bytesMax + " bytes");
    }
    return body;
  }

  /** The body, cut off after {@code bytesMax + 1} bytes: enough to see that it is too long. */
  private byte[] readBeginning(ByteInput input, int bytesMax) throws IOException {
    if (lengthBytes == CHUNKED) {
      return readChunks(input, bytesMax);
    }
    if (lengthBytes == TO_END) {
      return readToEnd(input, bytesMax);
    }
    byte[] body = new byte[(int) Math.min(lengthBytes, bytesMax + 1L)];
    input.readFully(body, 0, body.length);
    return body;
  }

  /** The first bytes of the body, of an answer whose connection is given up afterwards. */
  byte[] readAtMost(ByteInput input, int bytesMax) throws IOException {
    byte[] body = readBeginning(input, bytesMax);
    return body.length > bytesMax ? Arrays.copyOf(body, bytesMax) : body;
  }

  private static byte[] readToEnd(ByteInput input, int bytesMax) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] part = new byte[8192];
    for (int read = 0; read >= 0 && body.size() <= bytesMax; ) {
      body.write(part, 0, read);
      read = input.readSome(part, 0, part.length);
    }
    return body.toByteArray();
  }

  private static byte[] readChunks(ByteInput input, int bytesMax) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int length = chunkLength(input.readLine(CHUNK_LINE_BYTES_MAX, "the limit of a chunk line"));
      if (length == 0) {
        skipTrailer(input);
        return body.toByteArray();
      }
      byte[] chunk = new byte[(int) Math.min(length, bytesMax + 1L - body.size())];
      input.readFully(chunk, 0, chunk.length);
      body.write(chunk, 0, chunk.length);
      if (body.size() > bytesMax) {
        return body.toByteArray();
      }
      if (!input.readLine(3, "the end of a chunk").isEmpty()) {
        throw new ProtocolException("a chunk of the server's answer does not end where it says");
      }
    }
  }

  private static int chunkLength(String line) throws IOException {
    int semicolon = line.indexOf(';');
    String digits = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
    if (!digits.matches("[0-9A-Fa-f]{1,15}")) {
      throw new ProtocolException("the server's answer has a chunk without length");
    }
    return (int) Math.min(Long.parseLong(digits, 16), Integer.MAX_VALUE);
  }

  private static void skipTrailer(ByteInput input) throws IOException {
    int left = TRAILER_BYTES_MAX;
    while (true) {
      String line = input.readLine(left, "the limit of trailer bytes");
      if (line.isEmpty()) {
        return;
      }
      left -= line.length();
    }
  }
}
