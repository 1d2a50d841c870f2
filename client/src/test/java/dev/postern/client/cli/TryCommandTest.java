package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.plugin.PluginProcess;
import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.message.PayloadType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code postern try} as a process, with a script in the place of server and agent. The real ones
 * are e2e's.
 */
@Timeout(180)
class TryCommandTest {
  private static final String ID = "admin-0a1b2c3d4e5f60718";

  private static final String LAUNCHER =
      """
      #!/bin/sh
      echo "$@" >> "$RECORD"
      echo "$$" >> "$RECORD.pids"
      case "$1 $2" in
      "server --data")
        mkdir -p "$3/aws" "$3/tls"
        printf '[postern]\\naws_access_key_id = AKIDTRY\\naws_secret_access_key = s\\n' > "$3/aws/credentials"
        printf '[profile postern]\\nregion = us-east-1\\n' > "$3/aws/config"
        cp "$CA" "$3/tls/ca.pem"
        echo starting
        [ -z "$BROKEN" ] || { echo "port in use" >&2; exit 1; }
        echo "Postern is ready at $GATEWAY"
        exec sleep 1000 ;;
      "agent register") read code; echo "stdin $code" >> "$RECORD" ;;
      "agent run") exec sleep 1000 ;;
      esac
      """;

  @TempDir private Path home = Path.of("");
  private final Map<String, String> environment = new HashMap<>();
  private Path record = Path.of("");

  @SuppressWarnings("NullAway.Init") // as the program
  private TestGateway gateway;

  @SuppressWarnings("NullAway.Init") // started by each test
  private PluginProcess program;

  @BeforeEach
  void prepare() throws Exception {
    gateway = new TestGateway(this::answer);
    record = home.resolve("record");
    Path launcher = Files.writeString(home.resolve("postern"), LAUNCHER);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    environment.putAll(PluginProcess.environment());
    environment.put("POSTERN_HOME", home.toString());
    environment.put("RECORD", record.toString());
    environment.put("GATEWAY", gateway.endpoint());
    environment.put("CA", certificate().toString());
  }

  @AfterEach
  void stop() throws Exception {
    program.close();
    gateway.close();
  }

  private TestGateway.Answer answer(String operation, String body) {
    String json =
        switch (operation) {
          case "CreateActivation" ->
              "{\"ActivationId\":\"act-1\",\"ActivationCode\":\"topsecret\"}";
          case "DescribeInstanceInformation" ->
              "{\"InstanceInformationList\":[{\"InstanceId\":\"mi-1\"}]}";
          case "GetConnectionStatus" -> "{\"Target\":\"mi-1\",\"Status\":\"connected\"}";
          case "StartSession" -> gateway.ticket(ID);
          default -> "{}";
        };
    return new TestGateway.Answer(200, json);
  }

  private Path certificate() throws Exception {
    Path store = home.resolve("store");
    keytool(
        "-genkeypair",
        "-alias",
        "a",
        "-keyalg",
        "EC",
        "-dname",
        "CN=test",
        "-keystore",
        store.toString());
    Path file = home.resolve("ca.pem");
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "a",
        "-file",
        file.toString(),
        "-keystore",
        store.toString());
    return file;
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", "changeit"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
  }

  private void assertNothingIsLeft() throws Exception {
    String data = Files.readAllLines(record).getFirst().split(" ", -1)[2];
    assertThat(Path.of(data).getParent()).doesNotExist();
    for (String pid : Files.readAllLines(Path.of(record + ".pids"))) {
      assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void commandRunsAndNothingIsLeft() throws Exception {
    program = PluginProcess.start(CliMain.class, environment, "try", "--", "sh", "-c", "exit 7");
    TestSocket agent = gateway.awaitSocket();
    agent.sendStream(
        0,
        PayloadType.HANDSHAKE_REQUEST,
        "{\"AgentVersion\":\"3.3.1142.0\",\"RequestedClientActions\":[{\"ActionType\":\"SessionType\","
            + "\"ActionParameters\":{\"SessionType\":\"NonInteractiveCommands\",\"Properties\":null}}]}");
    agent.acknowledge(agent.take());
    agent.sendStream(
        1,
        PayloadType.HANDSHAKE_COMPLETE,
        "{\"HandshakeTimeToComplete\":1,\"CustomerMessage\":\"\"}");
    agent.sendStream(2, PayloadType.OUTPUT, "out\n");
    agent.sendStream(3, PayloadType.EXIT_CODE, "EXIT_CODE: 7");
    agent.closeChannel("");

    assertThat(program.awaitExit()).isEqualTo(7);
    assertThat(program.output()).isEqualTo("out\n");
    assertThat(program.error()).isEmpty();
    List<String> calls = Files.readAllLines(record);
    assertThat(calls)
        .filteredOn(line -> line.contains("topsecret"))
        .containsExactly("stdin topsecret");
    assertNothingIsLeft();
  }

  @Test
  void terminatedProgramLeavesNothing() throws Exception {
    program = PluginProcess.start(CliMain.class, environment, "try");
    gateway.awaitSocket().sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    program.awaitOutput("prompt$ ");

    program.kill("TERM");

    assertThat(program.awaitExit()).isEqualTo(143);
    assertNothingIsLeft();
  }

  @Test
  void brokenServerIsReportedWithItsLastLines() throws Exception {
    environment.put("BROKEN", "yes");
    program = PluginProcess.start(CliMain.class, environment, "try");

    assertThat(program.awaitExit()).isEqualTo(1);
    assertThat(program.error()).isEqualTo("postern: the server ended: starting | port in use\n");
    assertNothingIsLeft();
  }

  @Test
  void withoutTheLauncherItSaysSo() throws Exception {
    environment.put("POSTERN_HOME", "/nonexistent");
    program = PluginProcess.start(CliMain.class, environment, "try");

    assertThat(program.awaitExit()).isEqualTo(1);
    assertThat(program.error()).hasLineCount(1).contains("postern script");
  }
}
