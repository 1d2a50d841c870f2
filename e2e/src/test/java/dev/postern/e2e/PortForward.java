package dev.postern.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;

/** A port session that the real AWS CLI started, on a terminal as a person's. */
final class PortForward implements AutoCloseable {
  static final String TO_NODE = "AWS-StartPortForwardingSession";
  static final String TO_REMOTE_HOST = "AWS-StartPortForwardingSessionToRemoteHost";
  static final String TO_SOCKET = "AWS-StartPortForwardingSessionToSocket";

  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

  private final Terminal terminal;

  private PortForward(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Starts a session to a node.
   *
   * @param parameters in JSON, with no single quote
   */
  static PortForward start(OneNode node, String document, String parameters) throws IOException {
    return typed(
        node,
        """
        aws ssm start-session \\
          --target %s \\
          --document-name %s \\
          --parameters '%s'
        """
            .formatted(node.agent().instanceId(), document, parameters));
  }

  /** Types a command of the AWS CLI as it is. */
  static PortForward typed(OneNode node, String command) throws IOException {
    // Told the endpoint as versions before 1.29 and 2.13 need it; and no shell waits in between.
    String told =
        command.replaceFirst("^aws ", "exec aws --endpoint-url " + node.server().url() + " ");
    return new PortForward(
        new Terminal(
            node.server().shell().with("POSTERN_STTY_BEFORE", "/dev/null"), 200, 30, told));
  }

  /** Waits until it listens, and returns the port that it names. */
  int port() {
    return Integer.parseInt(expect("Port (\\d+) opened for sessionId \\S+\\."));
  }

  /** Waits until it listens at any free port, and connects to that. */
  Socket connect() throws IOException {
    return connect(port());
  }

  static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(Math.toIntExact(READ_TIMEOUT.toMillis()));
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    return socket;
  }

  /** Whether the other end closes the connection, in order or by a reset. */
  static boolean isClosed(Socket connection) throws IOException {
    try {
      return connection.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  /** Waits for a text, and returns the first group of its expression. */
  String expect(String regex) {
    var match = terminal.screen().expect(regex);
    return match.groupCount() == 0 ? match.group() : match.group(1);
  }

  /** Presses Ctrl-C. */
  void interrupt() {
    terminal.type("\003");
  }

  int exitCode() throws InterruptedException {
    return terminal.exitCode();
  }

  @Override
  public void close() {
    terminal.close();
  }
}
