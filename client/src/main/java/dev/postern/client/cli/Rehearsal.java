package dev.postern.client.cli;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.forward.LocalWish;
import dev.postern.client.session.SessionStreams;
import dev.postern.client.session.SessionTicket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Bytes through a port session and back, so that an AOT cache made of this run knows what is worth
 * compiling at once: a copy by {@code scp} is over before a JVM has found out by itself.
 */
final class Rehearsal {
  /** Enough for the JVM to compile what they pass with all it can. */
  private static final long BYTES = 128L << 20;

  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch allCameBack = new CountDownLatch(1);

  private Rehearsal() {}

  /**
   * @param node a node on this machine, which is where its bytes are sent back
   * @throws IOException when not all of them came back
   */
  static void run(ApiAccess access, String node) throws IOException, InterruptedException {
    Rehearsal rehearsal = new Rehearsal();
    try (ServerSocket echo = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().name("rehearsal-echo").start(() -> sendBack(echo));
      Map<String, List<String>> port =
          Map.of("portNumber", List.of(Integer.toString(echo.getLocalPort())));
      SessionTicket ticket = access.ssm().startSession(node, "AWS-StartSSHSession", null, port);
      SessionStreams streams =
          new SessionStreams(
              rehearsal.new Source(),
              rehearsal.new Sink(),
              OutputStream.nullOutputStream(),
              OutputStream.nullOutputStream());
      int _ = PersonSession.port(access, ticket, LocalWish.NOTHING, streams);
    }
    if (rehearsal.allCameBack.getCount() > 0) {
      throw new IOException("not all bytes of the rehearsal came back");
    }
  }

  private static void sendBack(ServerSocket echo) {
    try (Socket connection = echo.accept()) {
      var _ = connection.getInputStream().transferTo(connection.getOutputStream());
    } catch (IOException over) {
      // Whoever counts what comes back notices.
    }
  }

  /** Ends when everything has come back. */
  private final class Source extends InputStream {
    private long left = BYTES;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0) {
        awaitAll();
        return -1;
      }
      int count = (int) Math.min(length, left);
      Arrays.fill(target, offset, offset + count, (byte) 0);
      left -= count;
      return count;
    }

    private void awaitAll() throws IOException {
      try {
        boolean _ = allCameBack.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException hurry) {
        throw new IOException("interrupted", hurry);
      }
    }
  }

  private final class Sink extends OutputStream {
    private long missing = BYTES;

    @Override
    public void write(int value) {
      count(1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      count(length);
    }

    private void count(int bytes) {
      missing -= bytes;
      if (missing <= 0) {
        allCameBack.countDown();
      }
    }
  }
}
