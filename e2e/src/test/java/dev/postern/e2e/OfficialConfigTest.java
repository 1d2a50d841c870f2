package dev.postern.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official agent where its packages put it, set up by nothing but what {@code postern agent
 * official-config} prints. It has the machine's fixed places to itself in namespaces of its own.
 */
@Timeout(240)
class OfficialConfigTest {
  @TempDir Path temporary;

  @Test
  void officialAgentComesOnlineWithItAndRunsSessions() throws Exception {
    assumeTrue(Programs.officialAgent().isPresent(), "the suite has no official agent");
    Path folder = Files.createDirectory(temporary.resolve("machine"));
    try (RunningServer server = new RunningServer(temporary.resolve("server"))) {
      String activation =
          server.aws("ssm", "create-activation", "--iam-role", "SSMServiceRole").orFail().out();
      Finished script =
          RunningServer.base()
              .run(
                  List.of(
                      Programs.postern(),
                      "agent",
                      "official-config",
                      "--endpoint",
                      server.url().toString(),
                      "--ca",
                      server.ca().toString(),
                      "--activation-id",
                      Json.text(activation, "ActivationId")))
              .orFail();
      Files.writeString(folder.resolve("script"), script.out());
      Process machine =
          RunningServer.base()
              .start(
                  List.of(
                      Programs.checkout().resolve("bench/official-machine").toString(),
                      folder.toString(),
                      Programs.officialAgent().get().toString()));
      try (var code = machine.getOutputStream()) {
        code.write((Json.text(activation, "ActivationCode") + "\n").getBytes(US_ASCII));
      }
      Output out = new Output(machine.getInputStream());
      try {
        String node = out.expect("(mi-[0-9a-f]{17})").group(1);
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() ->
                assertThat(
                        server.aws("ssm", "get-connection-status", "--target", node).orFail().out())
                    .contains("\"connected\""));
        Finished ran =
            server.shell().run(List.of(Programs.postern(), "exec", node, "--", "id", "-un"));

        assertThat(ran.out()).isEqualTo("ssm-user\n");
      } finally {
        Stopped.byKill(machine);
      }
    }
  }
}
