package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A reverse proxy as a process in front of a server, configured with the example of
 * docs/operating/reverse-proxy.md: only addresses, ports and paths are this machine's.
 */
final class FrontProxy implements AutoCloseable {
  /** Where proxies call the server from, so that a client's address can be told from theirs. */
  static final String ADDRESS = "127.0.0.3";

  private final Process process;
  private final Output err;

  private FrontProxy(int port, List<String> command) throws IOException {
    process = RunningServer.base().start(command);
    err = new Output(process.getErrorStream());
    new Output(process.getInputStream());
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> connects(port));
  }

  /** Ends TLS with the server's own certificate and forwards headers. */
  static FrontProxy nginx(RunningServer server, int front, Path folder) throws IOException {
    String block =
        example("nginx")
            .change("listen 443 ssl;", "listen 127.0.0.1:" + front + " ssl;")
            .change("/etc/nginx/postern.pem", server.data().resolve("tls/server.pem").toString())
            .change("/etc/nginx/postern.key", server.data().resolve("tls/server.key").toString())
            .change("/etc/nginx/postern-ca.pem", server.ca().toString())
            .change("10.0.3.10:8443", "127.0.0.1:" + server.listeningPort())
            .change("proxy_ssl_name postern.example.org;", "proxy_ssl_name localhost;")
            .change("location / {", "location / {\n    proxy_bind " + ADDRESS + ";")
            .text();
    Path configuration = folder.resolve("nginx.conf");
    Files.writeString(
        configuration,
        """
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
        %2$s
        }
        """
            .formatted(folder, block));
    return new FrontProxy(
        front,
        List.of(
            "nginx", "-p", folder.toString(), "-c", configuration.toString(), "-g", "daemon off;"));
  }

  /** Passes TLS through behind a PROXY header of version 2. */
  static FrontProxy haproxy(RunningServer server, int front, Path folder) throws IOException {
    Path configuration = folder.resolve("haproxy.cfg");
    Files.writeString(
        configuration,
        example("frontend postern")
            .change("bind :443", "bind 127.0.0.1:" + front)
            .change("10.0.3.10:8443", "127.0.0.1:" + server.listeningPort())
            .change(
                "backend postern\n  mode tcp", "backend postern\n  mode tcp\n  source " + ADDRESS)
            .text());
    return new FrontProxy(front, List.of("haproxy", "-db", "-f", configuration.toString()));
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The document's fenced block whose first line, or whose language, is this. */
  private static Example example(String start) throws IOException {
    String document =
        Files.readString(Programs.checkout().resolve("docs/operating/reverse-proxy.md"));
    Matcher block =
        Pattern.compile("```\\n?" + Pattern.quote(start) + "\\n(.*?)```", Pattern.DOTALL)
            .matcher(document);
    assertThat(block.find()).as("an example of " + start).isTrue();
    return new Example(
        start.startsWith("frontend") ? start + "\n" + block.group(1) : block.group(1));
  }

  private record Example(String text) {
    Example change(String from, String to) {
      assertThat(text).contains(from);
      return new Example(text.replace(from, to));
    }
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
