package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts that cannot succeed say why in one line and exit with 1. */
@Timeout(180)
class RefusedStartTest {
  @TempDir Path temporary;

  private Finished postern(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Programs.postern()));
    command.addAll(List.of(arguments));
    return RunningServer.base().run(command);
  }

  private static void assertOneLine(Finished finished, String... words) {
    assertThat(finished.exitCode()).isEqualTo(1);
    assertThat(finished.err().strip().lines()).hasSize(1);
    assertThat(finished.err()).contains(words);
  }

  @Test
  void portInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String listen = "127.0.0.1:" + taken.getLocalPort();

      assertOneLine(
          postern("server", "--data", temporary.resolve("d").toString(), "--listen", listen),
          listen);
    }
  }

  @Test
  void dataDirectoryThatIsAFile() throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));

    assertOneLine(postern("server", "--data", file.toString()), file.toString());
  }

  @Test
  void unknownConfigurationKey() throws Exception {
    Path config = temporary.resolve("postern.yaml");
    Files.writeString(config, "server:\n  lissten: 127.0.0.1:0\n");

    assertOneLine(
        postern(
            "server", "--data", temporary.resolve("d").toString(), "--config", config.toString()),
        "server.lissten",
        "server.listen");
  }

  @Test
  void wrongActivationCodeUnreachableServerAndUntrustedCertificate() throws Exception {
    try (RunningServer server = new RunningServer(temporary.resolve("server"))) {
      String id =
          Json.text(
              server.aws("ssm", "create-activation", "--iam-role", "SSMServiceRole").orFail().out(),
              "ActivationId");

      assertOneLine(register(server.url().toString(), server.ca(), id), "InvalidActivation");
      assertOneLine(register("https://localhost:1", server.ca(), id), "localhost:1");
      assertOneLine(
          register(server.url().toString(), Path.of("/etc/ssl/certs/ca-certificates.crt"), id),
          "certificate");
      assertThat(server.aws("ssm", "describe-instance-information").orFail().out())
          .doesNotContain("mi-");
    }
  }

  private Finished register(String endpoint, Path ca, String activationId) {
    return postern(
        "agent",
        "register",
        "--endpoint",
        endpoint,
        "--ca",
        ca.toString(),
        "--activation-id",
        activationId,
        "--activation-code",
        "x".repeat(32),
        "--data",
        temporary.resolve("agent").toString());
  }
}
