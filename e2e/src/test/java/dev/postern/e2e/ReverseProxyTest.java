package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.sigv4.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real proxies in front of the server, and everything through them: the aws CLI, an agent, a shell.
 * The proxies call from an address of their own, and a client from another one, so that the
 * client's can be told from either.
 */
@Timeout(180)
class ReverseProxyTest {
  private static final String CLIENT = "127.0.0.1";
  private static final String OFFICE = "127.0.0.2";
  private static final String USER = "office";
  private static final String MADE_UP = "198.51.100.7";
  private static final String ALLOWED = "HTTP/1.1 200 ";
  private static final String DENIED = "AccessDeniedException";

  enum Kind {
    NGINX,
    HAPROXY;

    FrontProxy start(RunningServer server, int front, Path folder) throws IOException {
      return switch (this) {
        case NGINX -> FrontProxy.nginx(server, front, folder);
        case HAPROXY -> FrontProxy.haproxy(server, front, folder);
      };
    }
  }

  @TempDir Path temporary;
  private int front;

  @BeforeEach
  void choosePort() throws IOException {
    front = FrontProxy.freePort();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void agentAndShellWorkThroughIt(Kind kind) throws Exception {
    try (RunningServer server = server();
        FrontProxy _ = kind.start(server, front, temporary);
        RunningAgent agent = RunningAgent.enrol(server, temporary.resolve("agent"))) {
      assertThat(server.aws("ssm", "describe-instance-information").orFail().out())
          .contains(agent.instanceId(), "Online");
      useAShell(server, agent);
      assertThat(events(server))
          .allSatisfy(event ->
              assertThat(event)
                  .containsEntry("sourceIPAddress", CLIENT)
                  .doesNotContainKey("errorCode"))
          .extracting(event -> event.get("eventName"))
          .contains(
              "DescribeInstanceInformation",
              "StartSession",
              "OpenControlChannel",
              "OpenDataChannel");
    }
  }

  private void useAShell(RunningServer server, RunningAgent agent) throws Exception {
    String command =
        String.join(" ", server.awsCommand("ssm", "start-session", "--target", agent.instanceId()));
    try (Terminal terminal =
        new Terminal(
            server.shell().with("POSTERN_STTY_BEFORE", temporary.resolve("stty").toString()),
            100,
            30,
            command)) {
      terminal.screen().expect("Starting session with SessionId");
      terminal.type("echo through''proxy\r");
      terminal.screen().expect("throughproxy");
      terminal.type("exit\r");
      terminal.screen().expect("Exiting session");
      assertThat(terminal.exitCode()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void clientCannotMakeUpItsAddress(Kind kind) throws Exception {
    try (RunningServer server = server();
        FrontProxy _ = kind.start(server, front, temporary)) {
      BoundCaller caller = new BoundCaller(server, front, userOfTheOffice(server));

      assertThat(caller.call(OFFICE, "X-Forwarded-For: " + MADE_UP)).startsWith(ALLOWED);
      assertThat(caller.call(OFFICE, "Forwarded: for=" + MADE_UP)).startsWith(ALLOWED);
      assertThat(sources(server)).containsExactly(OFFICE, OFFICE);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void policiesSeeTheClientsAddress(Kind kind) throws Exception {
    try (RunningServer server = server();
        FrontProxy _ = kind.start(server, front, temporary)) {
      BoundCaller caller = new BoundCaller(server, front, userOfTheOffice(server));

      assertThat(caller.call(OFFICE)).startsWith(ALLOWED);
      assertThat(caller.call(CLIENT)).contains(DENIED);
      assertThat(caller.call(CLIENT, "X-Forwarded-For: " + OFFICE)).contains(DENIED);
      assertThat(sources(server)).containsExactly(OFFICE, CLIENT, CLIENT);
    }
  }

  @Test
  void headersOfWhoIsNoTrustedProxyCountForNothing() throws Exception {
    try (RunningServer server = server();
        FrontProxy _ = FrontProxy.haproxy(server, front, temporary)) {
      BoundCaller straight =
          new BoundCaller(server, server.listeningPort(), userOfTheOffice(server));

      assertThat(straight.call(OFFICE, "X-Forwarded-For: " + MADE_UP)).startsWith(ALLOWED);
      assertThat(straight.call(CLIENT, "X-Forwarded-For: " + OFFICE)).contains(DENIED);
      assertThat(straight.call(CLIENT, "Forwarded: for=" + OFFICE)).contains(DENIED);
      assertThat(sources(server)).containsExactly(OFFICE, CLIENT, CLIENT);
    }
  }

  private RunningServer server() throws IOException {
    Path configuration = temporary.resolve("postern.yaml");
    Files.writeString(configuration, "server:\n  trustedProxies: [" + FrontProxy.ADDRESS + "]\n");
    return new RunningServer(
        temporary.resolve("server"),
        "--public-url",
        "https://localhost:" + front,
        "--config",
        configuration.toString());
  }

  /** A key of a user who may do anything, but from one address alone. */
  private static Credentials userOfTheOffice(RunningServer server) {
    String policy =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",\
        "Condition":{"IpAddress":{"aws:SourceIp":"%s/32"}}}]}\
        """
            .formatted(OFFICE);
    server.aws("iam", "create-user", "--user-name", USER).orFail();
    server
        .aws(
            "iam",
            "put-user-policy",
            "--user-name",
            USER,
            "--policy-name",
            "office",
            "--policy-document",
            policy)
        .orFail();
    String key = server.aws("iam", "create-access-key", "--user-name", USER).orFail().out();
    return new Credentials(Json.text(key, "AccessKeyId"), Json.text(key, "SecretAccessKey"), null);
  }

  /** Where the audit trail says that the user called from, in order. */
  private static List<String> sources(RunningServer server) throws Exception {
    return events(server).stream()
        .filter(event -> "DescribeActivations".equals(event.get("eventName")))
        .map(event -> String.valueOf(event.get("sourceIPAddress")))
        .toList();
  }

  private static List<Map<String, Object>> events(RunningServer server) throws Exception {
    List<Map<String, Object>> events = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + server.data().resolve("postern.db"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select record from audit_event")) {
      while (rows.next()) {
        events.add(
            dev.postern.aws.json.Json.readObject(
                rows.getString(1).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return events;
  }
}
