package dev.postern.e2e;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;

/**
 * A program for a network namespace of its own: a server, a node, a transfer and a shell over a
 * loopback that drops a tenth of all TCP packets at random.
 */
final class LossyLoopback {
  static final String EQUAL = "all equal";
  private static final long BYTES = 20_000_000;
  private static final int LINES = 40;
  private static final String LOSS =
      "add table inet lossy; add chain inet lossy input { type filter hook input priority 0; };"
          + " add rule inet lossy input meta l4proto tcp numgen random mod 10 == 0 counter drop";

  private LossyLoopback() {}

  /** Takes a directory. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Shell shell = RunningServer.base();
    shell.run(List.of("ip", "link", "set", "lo", "up")).orFail();
    try (RunningServer server = new RunningServer(folder.resolve("server"));
        RunningAgent agent = RunningAgent.enrol(server, folder.resolve("agent"));
        DigestService service = new DigestService(BYTES);
        PosternForward forward =
            PosternForward.start(new OneNode(server, agent, folder), "0:" + service.port())) {
      int port = forward.port();
      shell.run(List.of("nft", LOSS)).orFail();
      try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
        service.expectBothWays(connection, _ -> {});
      }
      try (Terminal terminal =
          new Terminal(
              server.shell().with("POSTERN_STTY_BEFORE", folder.resolve("stty").toString()),
              100,
              30,
              Programs.postern() + " shell " + agent.instanceId())) {
        CountingShell.start(terminal, LINES);
        terminal.type("typed\rand more\r");
        CountingShell.expectAllOnce(terminal, LINES, "typed|and more");
      }
      if (!shell
          .run(List.of("nft", "list", "table", "inet", "lossy"))
          .orFail()
          .out()
          .matches("(?s).*counter packets [1-9].*")) {
        throw new AssertionError("nothing was lost");
      }
    }
    System.out.println(EQUAL);
    System.exit(0);
  }
}
