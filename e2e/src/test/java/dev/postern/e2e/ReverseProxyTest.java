package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
  private static final String MADE_UP = "198.51.100.7";
  private static final String ALLOWED = "HTTP/1.1 200 ";
  private static final String DENIED = "AccessDeniedException";

  private enum Kind {
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
      BoundCaller caller = new BoundCaller(server, front);

      assertThat(caller.call(OFFICE, "X-Forwarded-For: " + MADE_UP)).startsWith(ALLOWED);
      assertThat(caller.call(OFFICE, "Forwarded: for=" + MADE_UP)).startsWith(ALLOWED);
      assertThat(sources(server)).containsExactly(OFFICE, OFFICE);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void policiesSeeTheClientsAddress(Kind kind) throws Exception {
    letAdministratorInFromTheOfficeOnly();
    try (RunningServer server = server();
        FrontProxy _ = kind.start(server, front, temporary)) {
      BoundCaller caller = new BoundCaller(server, front);

      assertThat(caller.call(OFFICE)).startsWith(ALLOWED);
      assertThat(caller.call(CLIENT)).contains(DENIED);
      assertThat(caller.call(CLIENT, "X-Forwarded-For: " + OFFICE)).contains(DENIED);
      assertThat(sources(server)).containsExactly(OFFICE, CLIENT, CLIENT);
    }
  }

  @Test
  void headersOfWhoIsNoTrustedProxyCountForNothing() throws Exception {
    letAdministratorInFromTheOfficeOnly();
    try (RunningServer server = server()) {
      BoundCaller caller = new BoundCaller(server, server.listeningPort());

      assertThat(caller.call(OFFICE, "X-Forwarded-For: " + MADE_UP)).startsWith(ALLOWED);
      assertThat(caller.call(CLIENT, "X-Forwarded-For: " + OFFICE)).contains(DENIED);
      assertThat(caller.call(CLIENT, "Forwarded: for=" + OFFICE)).contains(DENIED);
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

  /** Between two starts, because nobody else could be asked to take the administrator's rights. */
  private void letAdministratorInFromTheOfficeOnly() throws Exception {
    Path data;
    try (RunningServer first = server()) {
      data = first.data();
    }
    String policy =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",\
        "Condition":{"IpAddress":{"aws:SourceIp":"%s/32"}}}]}\
        """
            .formatted(OFFICE);
    try (Connection database = database(data);
        Statement detach = database.createStatement();
        PreparedStatement put =
            database.prepareStatement(
                """
                insert into inline_policy (entity_kind, entity_key, policy_name, document)
                values ('user', 'admin', 'office', ?)\
                """)) {
      assertThat(detach.executeUpdate("delete from user_policy where name_key = 'admin'")).isOne();
      put.setString(1, policy);
      assertThat(put.executeUpdate()).isOne();
    }
  }

  private static List<String> sources(RunningServer server) throws Exception {
    return events(server).stream()
        .map(event -> String.valueOf(event.get("sourceIPAddress")))
        .toList();
  }

  private static List<Map<String, Object>> events(RunningServer server) throws Exception {
    List<Map<String, Object>> events = new ArrayList<>();
    try (Connection connection = database(server.data());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select record from audit_event")) {
      while (rows.next()) {
        events.add(Json.readObject(rows.getString(1).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return events;
  }

  private static Connection database(Path data) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("postern.db"));
  }
}
