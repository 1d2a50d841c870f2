package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real proxies in front of the server, and everything through them: the aws CLI, an agent, a shell.
 * The proxies call from an address of their own, so that the client's can be told from it.
 */
@Timeout(180)
class BehindProxyTest {
  private static final String PROXY = "127.0.0.3";
  private static final String CLIENT = "127.0.0.1";

  @TempDir Path temporary;

  @Test
  void nginxEndsTlsAndForwardsHeaders() throws Exception {
    int front = freePort();
    try (RunningServer server = server(front)) {
      Path configuration = temporary.resolve("nginx.conf");
      Files.writeString(configuration, nginx(server, front));
      try (Proxy _ =
          new Proxy(
              front,
              List.of(
                  "nginx",
                  "-p",
                  temporary.toString(),
                  "-c",
                  configuration.toString(),
                  "-g",
                  "daemon off;"))) {
        shellWorksAndTheClientIsKnown(server);
      }
    }
  }

  @Test
  void haproxyPassesTlsThroughBehindAProxyHeader() throws Exception {
    int front = freePort();
    try (RunningServer server = server(front)) {
      Path configuration = temporary.resolve("haproxy.cfg");
      Files.writeString(configuration, haproxy(server, front));
      try (Proxy _ = new Proxy(front, List.of("haproxy", "-db", "-f", configuration.toString()))) {
        shellWorksAndTheClientIsKnown(server);
      }
    }
  }

  private RunningServer server(int front) throws IOException {
    Path configuration = temporary.resolve("postern.yaml");
    Files.writeString(configuration, "server:\n  trustedProxies: [" + PROXY + "]\n");
    return new RunningServer(
        temporary.resolve("server"),
        "--public-url",
        "https://localhost:" + front,
        "--config",
        configuration.toString());
  }

  private void shellWorksAndTheClientIsKnown(RunningServer server) throws Exception {
    try (RunningAgent agent = RunningAgent.enrol(server, temporary.resolve("agent"))) {
      assertThat(server.aws("ssm", "describe-instance-information").orFail().out())
          .contains(agent.instanceId(), "Online");
      String command =
          String.join(
              " ", server.awsCommand("ssm", "start-session", "--target", agent.instanceId()));
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
      List<String> names = new ArrayList<>();
      for (Map<String, Object> event : events(server)) {
        names.add(String.valueOf(event.get("eventName")));
        assertThat(event).containsEntry("sourceIPAddress", CLIENT).doesNotContainKey("errorCode");
      }
      assertThat(names)
          .contains(
              "DescribeInstanceInformation",
              "StartSession",
              "OpenControlChannel",
              "OpenDataChannel");
    }
  }

  private static List<Map<String, Object>> events(RunningServer server) throws Exception {
    List<Map<String, Object>> events = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + server.data().resolve("postern.db"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select record from audit_event")) {
      while (rows.next()) {
        events.add(Json.readObject(rows.getString(1).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return events;
  }

  /** Host becomes the upstream's, as nginx does when nothing else is said. */
  private String nginx(RunningServer server, int front) {
    return """
    user root;
    worker_processes 1;
    pid %1$s/nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen 127.0.0.1:%2$d ssl;
        ssl_certificate %3$s/tls/server.pem;
        ssl_certificate_key %3$s/tls/server.key;
        location / {
          proxy_pass https://127.0.0.1:%4$d;
          proxy_bind %5$s;
          proxy_ssl_trusted_certificate %3$s/tls/ca.pem;
          proxy_ssl_verify on;
          proxy_ssl_name localhost;
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $http_connection;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header Forwarded "";
          proxy_buffering off;
          proxy_read_timeout 1h;
        }
      }
    }
    """
        .formatted(temporary, front, server.data(), server.listeningPort(), PROXY);
  }

  private static String haproxy(RunningServer server, int front) {
    return """
    defaults
      mode tcp
      timeout connect 10s
      timeout client 1h
      timeout server 1h
    frontend front
      bind 127.0.0.1:%d
      default_backend postern
    backend postern
      source %s
      server a 127.0.0.1:%d send-proxy-v2 check check-send-proxy inter 500
    """
        .formatted(front, PROXY, server.listeningPort());
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A proxy in the foreground. */
  private static final class Proxy implements AutoCloseable {
    private final Process process;
    private final Output err;

    Proxy(int port, List<String> command) throws IOException {
      process = RunningServer.base().start(command);
      err = new Output(process.getErrorStream());
      new Output(process.getInputStream());
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> connects(port));
    }

    private static boolean connects(int port) throws IOException {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return true;
      }
    }

    @Override
    public void close() {
      if (!Stopped.byRequest(process)) {
        throw new AssertionError("the proxy did not stop\n" + err.all());
      }
    }
  }
}
