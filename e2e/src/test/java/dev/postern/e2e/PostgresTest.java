package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A real database through the guide's two commands. They are the guide's to the letter but for the
 * ports, of which 5432 may be taken.
 */
@ExtendWith(OneNode.Extension.class)
@Timeout(180)
class PostgresTest {
  private static final String GUIDES_FORWARDING =
      """
      aws ssm start-session \\
        --target i-0abc123def456 \\
        --document-name AWS-StartPortForwardingSession \\
        --parameters '{"portNumber":["5432"],"localPortNumber":["5432"]}'
      """;

  private static final String GUIDES_REMOTE_HOST =
      """
      aws ssm start-session \\
        --target i-0abc123def456 \\
        --document-name AWS-StartPortForwardingSessionToRemoteHost \\
        --parameters '{"host":["mydb.cluster-abc123.us-east-1.rds.amazonaws.com"],"portNumber":["5432"],"localPortNumber":["5432"]}'
      """;

  /** A row for each number, large enough to fill many messages. */
  private static final String MANY_ROWS =
      "select n, repeat(md5(n::text), 8) from generate_series(1, 2000) n";

  private static PostgresServer database;
  private static OneNode node;

  @BeforeAll
  static void start(OneNode shared) throws IOException {
    node = shared;
    database = new PostgresServer();
  }

  @AfterAll
  static void stop() throws IOException {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void psqlWorksThroughTheForwardedPort() throws Exception {
    int local = FrontProxy.freePort();

    assertDatabaseAnswers(withPorts(GUIDES_FORWARDING, local), local);
  }

  @Test
  void psqlWorksThroughAHostThatTheNodeReaches() throws Exception {
    int local = FrontProxy.freePort();

    String command = withPorts(GUIDES_REMOTE_HOST, local);
    // The official agent reads the machine's list of hosts, and that is not ours to change.
    assertDatabaseAnswers(
        Programs.officialAgent().isPresent()
            ? command.replace(OneNode.GUIDES_DATABASE, "localhost")
            : command,
        local);
  }

  private static String withPorts(String command, int local) {
    return command
        .replace("\"portNumber\":[\"5432\"]", "\"portNumber\":[\"" + database.port() + "\"]")
        .replace("\"localPortNumber\":[\"5432\"]", "\"localPortNumber\":[\"" + local + "\"]");
  }

  private static void assertDatabaseAnswers(String command, int local) throws IOException {
    try (PortForward forward = PortForward.typed(node, command)) {
      assertThat(forward.port()).isEqualTo(local);

      assertThat(psql(local, "select inet_server_port(), current_user").out())
          .isEqualTo(database.port() + "|app\n");
      assertThat(psql(local, MANY_ROWS).out().lines())
          .hasSize(2000)
          .startsWith("1|" + "c4ca4238a0b923820dcc509a6f75849b".repeat(8));
      String table = "t" + local;
      psql(local, "create table %s as %s".formatted(table, MANY_ROWS));
      assertThat(psql(local, "select sum(n) from " + table).out()).isEqualTo("2001000\n");
    }
  }

  private static Finished psql(int port, String statement) {
    return RunningServer.base()
        .with("PGPASSWORD", PostgresServer.PASSWORD)
        .run(
            List.of(
                "psql",
                "-h",
                "localhost",
                "-p",
                "" + port,
                "-U",
                PostgresServer.USER,
                "-d",
                "postgres",
                "-X",
                "-A",
                "-t",
                "-c",
                statement))
        .orFail();
  }
}
