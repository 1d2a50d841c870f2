package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A Unix socket of the node as a port of the operator's machine. */
@ExtendWith(OneNode.Extension.class)
@Timeout(180)
class UnixSocketTest {
  @TempDir static Path temporary;
  private static OneNode node;

  @BeforeAll
  static void start(OneNode shared) {
    assumeTrue(Programs.officialAgent().isEmpty(), "the official agent knows no sockets but TCP's");
    node = shared;
  }

  @Test
  void socketAnswersAtTheLocalPort() throws Exception {
    Path path = temporary.resolve("echo.sock");
    try (EchoServer _ = new EchoServer(UnixDomainSocketAddress.of(path));
        PortForward forward =
            PortForward.start(
                node, PortForward.TO_SOCKET, "{\"remoteUnixSocket\":[\"" + path + "\"]}");
        Socket socket = forward.connect()) {
      socket.getOutputStream().write('x');

      assertThat(socket.getInputStream().read()).isEqualTo('x');
    }
  }

  @Test
  void missingSocketIsToldAndTheSessionLivesOn() throws Exception {
    Path path = temporary.resolve("late.sock");
    try (PortForward forward =
        PortForward.start(
            node, PortForward.TO_SOCKET, "{\"remoteUnixSocket\":[\"" + path + "\"]}")) {
      int local = forward.port();
      try (Socket refused = PortForward.connect(local)) {
        assertThat(PortForward.isClosed(refused)).isTrue();
      }
      forward.expect("Connection to destination port failed, check SSM Agent logs\\.");

      try (EchoServer _ = new EchoServer(UnixDomainSocketAddress.of(path));
          Socket socket = PortForward.connect(local)) {
        socket.getOutputStream().write('x');
        assertThat(socket.getInputStream().read()).isEqualTo('x');
      }
    }
  }
}
