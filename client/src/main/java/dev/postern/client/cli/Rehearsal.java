package dev.postern.client.cli;

import dev.postern.aws.json.Json;
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
 * Commands, and bytes through port sessions and back, these once in this process and once by the
 * plugin as the AWS CLI starts it, so that AOT caches made of these runs know what is worth
 * compiling at once: a copy by {@code scp} is over before a JVM has found out by itself, and a
 * server that has just started is to keep up.
 */
final class Rehearsal {
  /** Enough for the JVM to compile what they pass with all it can. */
  private static final long BYTES = 128L << 20;

  /** Enough for server and agent to know what a session passes from its start to its end. */
  private static final int COMMANDS = 100;

  private static final long PATIENCE_SECONDS = 60;

  /** How the AWS CLI hands over what StartSession answered: arguments can be seen by everybody. */
  private static final String RESPONSE_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE";

  private interface Way {
    /** Runs the session to its end. */
    void run(SessionTicket ticket, InputStream source, OutputStream sink)
        throws IOException, InterruptedException;
  }

  private final CountDownLatch allCameBack = new CountDownLatch(1);

  private Rehearsal() {}

  /**
   * Carries them.
   *
   * @param node a node on this machine, which is where its bytes are sent back
   * @param launcher the postern script
   * @throws IOException when not all of them came back
   */
  static void run(ApiAccess access, String node, String launcher)
      throws IOException, InterruptedException {
    for (int i = 0; i < COMMANDS; i++) {
      if (ExecCommand.run(access, node, null, List.of("true")) != 0) {
        throw new IOException("a command of the rehearsal failed");
      }
    }
    carry(
        access,
        node,
        (ticket, source, sink) -> {
          OutputStream none = OutputStream.nullOutputStream();
          int _ =
              PersonSession.port(
                  access, ticket, LocalWish.NOTHING, new SessionStreams(source, sink, none, none));
        });
    carry(
        access,
        node,
        (ticket, source, sink) ->
            runPlugin(startPlugin(access, node, launcher, ticket), source, sink));
  }

  private static void carry(ApiAccess access, String node, Way way)
      throws IOException, InterruptedException {
    Rehearsal rehearsal = new Rehearsal();
    try (ServerSocket echo = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().name("rehearsal-echo").start(() -> sendBack(echo));
      Map<String, List<String>> port =
          Map.of("portNumber", List.of(Integer.toString(echo.getLocalPort())));
      SessionTicket ticket = access.ssm().startSession(node, "AWS-StartSSHSession", null, port);
      way.run(ticket, rehearsal.new Source(), rehearsal.new Sink());
    }
    if (rehearsal.allCameBack.getCount() > 0) {
      throw new IOException("not all bytes of the rehearsal came back");
    }
  }

  private static Process startPlugin(
      ApiAccess access, String node, String launcher, SessionTicket ticket) throws IOException {
    ProcessBuilder plugin =
        ChildProgram.detached(
            List.of(
                launcher,
                "plugin",
                RESPONSE_VARIABLE,
                String.valueOf(access.region()),
                "StartSession",
                "",
                Json.writeString(Map.of("Target", node)),
                String.valueOf(access.configuredEndpoint("ssm"))));
    Map<String, String> environment = plugin.environment();
    environment.put(RESPONSE_VARIABLE, response(ticket));
    environment.put("AWS_CA_BUNDLE", String.valueOf(access.caBundle()));
    // The person's own settings concern another server.
    environment.put("AWS_CONFIG_FILE", "/dev/null");
    environment.put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    return plugin.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String response(SessionTicket ticket) {
    return Json.writeString(
        Map.of(
            "SessionId", ticket.sessionId().value(),
            "StreamUrl", ticket.streamUrl().toString(),
            "TokenValue", ticket.tokenValue()));
  }

  private static void runPlugin(Process plugin, InputStream source, OutputStream sink)
      throws IOException, InterruptedException {
    try {
      copy("rehearsal-input", source, plugin.getOutputStream());
      copy("rehearsal-output", plugin.getInputStream(), sink);
      if (!plugin.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the plugin of the rehearsal did not end");
      }
    } finally {
      plugin.destroyForcibly();
    }
  }

  /** Reads of a program's pipe hold their carrier, hence a thread of the system. */
  private static void copy(String name, InputStream from, OutputStream to) {
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try (to) {
            var _ = from.transferTo(to);
          } catch (IOException over) {
            // Whoever counts what comes back notices.
          }
        });
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
