package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern exec} and the listings, which work without the AWS CLI. */
@Timeout(180)
class ExecTest {
  @TempDir static Path temporary;
  private static RunningServer server;
  private static RunningAgent agent;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningServer(temporary.resolve("server"));
    agent =
        RunningAgent.enrol(
            server,
            temporary.resolve("agent"),
            "--tags",
            "Key=postern:instance-id,Value=i-0abc123def456");
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (agent != null) {
        agent.close();
      }
    } finally {
      if (server != null) {
        server.close();
      }
    }
  }

  private static Finished postern(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Programs.postern()));
    command.addAll(List.of(arguments));
    return server.shell().run(command);
  }

  @Test
  void machineHasTheIdThatItsActivationChose() {
    assertThat(agent.instanceId()).isEqualTo("i-0abc123def456");
    assertThat(server.aws("ssm", "describe-instance-information").orFail().out())
        .contains("i-0abc123def456", "EC2Instance");
  }

  @Test
  void streamsAndExitCodeAreExact() {
    Finished finished =
        postern("exec", "i-0abc123def456", "--", "sh", "-c", "printf out; printf err >&2; exit 42");

    assertThat(finished).isEqualTo(new Finished(42, "out", "err"));
  }

  @Test
  void argumentsArriveExactly() {
    Random random = new Random(20261123);
    List<String> arguments =
        IntStream.range(0, 40).mapToObj(_ -> randomArgument(random)).collect(Collectors.toList());
    arguments.addAll(
        List.of("", " ", "a'b", "\"", "$HOME", "`id`", "\\", "*", "{{ command }}", "-n", "ü\n€"));
    List<String> command =
        new ArrayList<>(List.of("exec", "i-0abc123def456", "--", "printf", "<%s>"));
    command.addAll(arguments);

    Finished finished = postern(command.toArray(String[]::new));

    String expected =
        arguments.stream().map(text -> "<" + text + ">").collect(Collectors.joining());
    assertThat(finished.err()).isEmpty();
    assertThat(finished.out()).isEqualTo(expected);
  }

  private static String randomArgument(Random random) {
    String alphabet = "abz019 '\"\\$`!*?[]{}()<>|&;#~%\t\n=-_äß€😀";
    int[] points = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  @Test
  void standardInputIsClosed() {
    assertThat(postern("exec", "i-0abc123def456", "--", "cat")).isEqualTo(new Finished(0, "", ""));
  }

  @Test
  void muchOutputArrivesWhole() {
    Finished finished =
        postern("exec", "i-0abc123def456", "--", "sh", "-c", "seq 1 200000; seq 1 1000 >&2");

    String expected =
        IntStream.rangeClosed(1, 200_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
    assertThat(finished.exitCode()).isZero();
    assertThat(finished.out().equals(expected)).isTrue();
    assertThat(finished.err().lines()).hasSize(1000);
  }

  @Test
  void nothingOfTheAgentsEnvironmentReachesASession() {
    assumeOurAgent();
    String environment = postern("exec", "i-0abc123def456", "--", "env").orFail().out();

    assertThat(environment)
        .doesNotContain("must-not-leak", "AWS_", "SSL_CERT", "POSTERN_HOME", "proxy", "JAVA");
    assertThat(environment).contains("HOME=", "USER=", "SHELL=");
  }

  @Test
  void endOfASessionKillsWhatItStarted() {
    assumeOurAgent();
    String marker = "9" + Math.abs(new Random().nextInt(100_000_000));
    postern(
            "exec",
            "i-0abc123def456",
            "--",
            "sh",
            "-c",
            "setsid sleep "
                + marker
                + " >/dev/null 2>&1 & nohup sleep "
                + marker
                + " >/dev/null 2>&1 & echo started")
        .orFail();

    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(20))
        .until(() ->
            RunningServer.base().run(List.of("pgrep", "-f", "sleep " + marker)).exitCode() == 1);
  }

  /** The official agent hands its environment on, and leaves what ignores its hangup. */
  private static void assumeOurAgent() {
    assumeTrue(Programs.officialAgent().isEmpty(), "our agent alone promises this");
  }

  @Test
  void listingsSpeakJson() {
    assertThat(postern("nodes", "--json").orFail().out()).contains("\"i-0abc123def456\"");
    assertThat(postern("nodes").orFail().out()).contains("i-0abc123def456", "web-1");
    postern("exec", "i-0abc123def456", "--", "true").orFail();
    assertThat(postern("sessions", "--state", "History", "--json").orFail().out())
        .contains("AWS-StartNonInteractiveCommand");
  }

  @Test
  void failuresAreOneClearLine() {
    Finished unconnected = postern("exec", "mi-0123456789abcdef0", "--", "true");
    assertThat(unconnected.exitCode()).isEqualTo(1);
    assertThat(unconnected.err().strip().lines()).hasSize(1);
    assertThat(unconnected.err()).contains("mi-0123456789abcdef0 is not connected");

    assertThat(postern("exec").exitCode()).isEqualTo(2);
    Finished unreachable =
        server
            .shell()
            .run(List.of(Programs.postern(), "nodes", "--endpoint-url", "https://localhost:1"));
    assertThat(unreachable.exitCode()).isEqualTo(1);
    assertThat(unreachable.err().strip().lines()).hasSize(1);
    Finished untrusted =
        server
            .shell()
            .without("AWS_CA_BUNDLE")
            .without("SSL_CERT_FILE")
            .without("AWS_CONFIG_FILE")
            .run(List.of(Programs.postern(), "nodes", "--endpoint-url", server.url().toString()));
    assertThat(untrusted.exitCode()).isEqualTo(1);
    assertThat(untrusted.err().strip().lines()).hasSize(1);
  }
}
