package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
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
  private static final String MACHINE =
      """
      set -e
      mount -t proc proc /proc
      cp -a /etc "$0/etc"; mount --bind "$0/etc" /etc
      mkdir "$0/bin-upper" "$0/bin-work"
      mount -t overlay overlay -o "lowerdir=$1:/usr/bin,upperdir=$0/bin-upper,workdir=$0/bin-work" /usr/bin
      for place in /var/lib /var/log /home /root; do
        mount -t tmpfs tmpfs $place
      done
      export HOME=/root
      exec sh "$0/script"
      """;

  /** Does for that one unit what systemd would. */
  private static final String SYSTEMCTL =
      """
      #!/bin/sh
      case $1 in
        start)
          variables=$(sed -n 's/^Environment=//p' /etc/systemd/system/amazon-ssm-agent.service.d/postern.conf)
          exec env $variables amazon-ssm-agent ;;
      esac
      """;

  @TempDir Path temporary;

  @Test
  void officialAgentComesOnlineWithItAndRunsSessions() throws Exception {
    assumeTrue(Programs.officialAgent().isPresent(), "the suite has no official agent");
    Path programs = Files.createDirectory(temporary.resolve("programs"));
    try (Stream<Path> official = Files.list(Programs.officialAgent().get())) {
      for (Path program : official.toList()) {
        Files.copy(program, programs.resolve(program.getFileName()));
      }
    }
    Path systemctl = Files.writeString(programs.resolve("systemctl"), SYSTEMCTL);
    assertThat(systemctl.toFile().setExecutable(true)).isTrue();
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
      Files.writeString(temporary.resolve("script"), script.out());
      Process machine =
          RunningServer.base()
              .with("ACTIVATION_CODE", Json.text(activation, "ActivationCode"))
              .start(
                  List.of(
                      "unshare",
                      "--mount",
                      "--pid",
                      "--fork",
                      "--kill-child",
                      "sh",
                      "-c",
                      MACHINE,
                      temporary.toString(),
                      programs.toString()));
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
