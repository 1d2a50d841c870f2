package dev.postern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real PostgreSQL with a database cluster of its own, at a free port of this machine, and of the
 * address that the guide's database has here.
 */
final class PostgresServer implements AutoCloseable {
  /** Whose password the test knows; nobody gets in without it. */
  static final String USER = "app";

  static final String PASSWORD = "correct horse";
  private static final String ACCOUNT = "postgres";

  private final Path folder;
  private final Process process;
  private final Output err;
  private final int port;

  PostgresServer() throws IOException {
    port = FrontProxy.freePort();
    // Not in the test's folder, which is closed to other accounts, and PostgreSQL refuses root.
    folder = Files.createTempDirectory("postern-e2e-postgres-");
    if (isRoot()) {
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(ACCOUNT));
    }
    Path programs = programs();
    String data = folder.resolve("data").toString();
    Shell shell = RunningServer.base().with("PGPASSWORD", PASSWORD);
    String initialise =
        "printf %s \"$PGPASSWORD\" | exec \"$0\" --pgdata=\"$1\" --username=\"$2\" --pwfile=/dev/stdin"
            + " --auth=scram-sha-256 --no-sync --encoding=UTF8 --no-locale";
    shell
        .run(
            asAccount(
                List.of("sh", "-c", initialise, programs.resolve("initdb").toString(), data, USER)))
        .orFail();
    process =
        RunningServer.base()
            .start(
                asAccount(
                    List.of(
                        programs.resolve("postgres").toString(),
                        "-D",
                        data,
                        "-p",
                        "" + port,
                        "-c",
                        "listen_addresses=127.0.0.1," + OneNode.DATABASE_ADDRESS,
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off")));
    new Output(process.getInputStream());
    err = new Output(process.getErrorStream());
    err.expect("ready to accept connections");
  }

  /** Debian keeps the server's programs out of the path. */
  private static Path programs() throws IOException {
    try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder())
          .orElseThrow(() -> new AssertionError("no PostgreSQL server is installed"));
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static List<String> asAccount(List<String> command) {
    if (!isRoot()) {
      return command;
    }
    List<String> changed =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--init-groups", "--"));
    changed.addAll(command);
    return changed;
  }

  int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    // A fast shutdown, which does not wait for clients as the one on SIGTERM does.
    RunningServer.base().run(List.of("kill", "-INT", "" + process.pid())).orFail();
    boolean stopped = Stopped.byRequest(process);
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    if (!stopped) {
      throw new AssertionError("PostgreSQL did not stop\n" + err.all());
    }
  }
}
