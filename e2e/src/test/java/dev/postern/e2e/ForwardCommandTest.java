package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern forward} and {@code postern ssh}, as a person types them. */
@ExtendWith(OneNode.Extension.class)
@Timeout(180)
class ForwardCommandTest {
  @TempDir static Path temporary;
  private static OneNode node;

  @BeforeAll
  static void start(OneNode shared) {
    node = shared;
  }

  private static String echoed(InetAddress address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(30_000);
      socket.connect(new InetSocketAddress(address, port));
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readNBytes(5), StandardCharsets.UTF_8);
    }
  }

  @Test
  void freePortIsPrintedAndTheNodeReachedUntilAnInterrupt() throws Exception {
    try (EchoServer echo = new EchoServer();
        PosternForward forward = PosternForward.start(node, "0:" + echo.port())) {
      assertThat(echoed(InetAddress.getLoopbackAddress(), forward.port())).isEqualTo("hello");

      var _ =
          RunningServer.base()
              .run(List.of("kill", "-INT", Long.toString(forward.process().pid())))
              .orFail();

      assertThat(forward.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(forward.process().exitValue()).isZero();
    }
  }

  @Test
  void otherLocalAddressAndAHostThatTheNodeResolves() throws Exception {
    InetAddress second = InetAddress.ofLiteral("127.0.0.2");
    try (EchoServer echo = new EchoServer();
        PosternForward forward =
            PosternForward.start(node, "127.0.0.2:0:localhost:" + echo.port())) {
      assertThat(echoed(second, forward.port())).isEqualTo("hello");
    }
  }

  @Test
  void unixSocketOfTheNode() throws Exception {
    assumeTrue(Programs.officialAgent().isEmpty(), "the official agent knows no Unix sockets");
    Path socket = temporary.resolve("echo.sock");
    try (EchoServer _ = new EchoServer(UnixDomainSocketAddress.of(socket));
        PosternForward forward = PosternForward.start(node, "0:" + socket)) {
      assertThat(echoed(InetAddress.getLoopbackAddress(), forward.port())).isEqualTo("hello");
    }
  }

  @Test
  void wrongFormIsWrongUsage() {
    Finished wrong =
        node.server()
            .shell()
            .run(List.of(Programs.postern(), "forward", node.agent().instanceId(), "5432"));

    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("[LADDR:]LPORT:[HOST:]PORT");
  }

  @Test
  void failureIsOneLineAndExitCodeOne() {
    Finished refused =
        node.server()
            .shell()
            .run(
                List.of(
                    Programs.postern(),
                    "forward",
                    node.agent().instanceId(),
                    "0:169.254.169.254:80"));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("169.254.169.254").endsWith("\n");
  }

  @Test
  void sshRunsACommandOnTheNodeAndKeepsItsExitCode() throws Exception {
    try (SshServer sshd = new SshServer(temporary.resolve("sshd"))) {
      Path knownHosts =
          Files.writeString(
              temporary.resolve("known_hosts"), sshd.knownHost(node.agent().instanceId()));

      Finished finished =
          node.server()
              .shell()
              .run(
                  List.of(
                      Programs.postern(),
                      "ssh",
                      System.getProperty("user.name") + "@" + node.agent().instanceId(),
                      "-F",
                      "none",
                      "-p",
                      Integer.toString(sshd.port()),
                      "-i",
                      sshd.clientKey().toString(),
                      "-o",
                      "UserKnownHostsFile=" + knownHosts,
                      "echo out; echo err >&2; exit 7"));

      assertThat(finished.out()).isEqualTo("out\n");
      assertThat(finished.err()).isEqualTo("err\n");
      assertThat(finished.exitCode()).isEqualTo(7);
    }
  }
}
