package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ports of hosts that only the node can reach. */
@ExtendWith(OneNode.Extension.class)
@Timeout(180)
class RemoteHostTest {
  private static OneNode node;

  @BeforeAll
  static void start(OneNode shared) {
    node = shared;
  }

  /** In the guide's form. */
  private static PortForward forward(String host, int port, int localPort) throws IOException {
    return PortForward.start(
        node,
        PortForward.TO_REMOTE_HOST,
        "{\"host\":[\"%s\"],\"portNumber\":[\"%d\"],\"localPortNumber\":[\"%d\"]}"
            .formatted(host, port, localPort));
  }

  @Test
  void nameIsResolvedOnTheNode() throws Exception {
    // The official agent reads the machine's list of hosts, and that is not ours to change.
    boolean ours = Programs.officialAgent().isEmpty();
    String host = ours ? OneNode.GUIDES_DATABASE : "localhost";
    InetAddress address = InetAddress.ofLiteral(ours ? OneNode.DATABASE_ADDRESS : "127.0.0.1");
    try (EchoServer echo = new EchoServer(new InetSocketAddress(address, 0));
        PortForward forward = forward(host, echo.port(), 0);
        Socket socket = forward.connect()) {
      socket.getOutputStream().write('x');

      assertThat(socket.getInputStream().read()).isEqualTo('x');
    }
  }

  @Test
  void addressOfTheCloudsMetadataIsRefused() throws Exception {
    try (PortForward forward = forward("169.254.169.254", 80, 0)) {
      forward.expect("SessionId: \\S+ : .*(denied|not allowed|forbidden)");

      assertThat(forward.exitCode()).isZero();
    }
  }

  @Test
  void hostThatTheNodeDoesNotKnowIsAnError() throws Exception {
    try (PortForward forward = forward("nowhere.invalid", 80, 0)) {
      forward.expect("SessionId: \\S+ : .*nowhere\\.invalid");

      assertThat(forward.exitCode()).isZero();
    }
  }
}
