package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.json.Json;
import dev.postern.client.plugin.PluginProcess;
import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.client.terminal.TestPty;
import dev.postern.wire.message.PayloadType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The postern command as a process, with a server that plays API, relay and agent. */
@Timeout(180)
class CliMainTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";

  private final Map<String, TestGateway.Answer> answers = new HashMap<>();
  private TestGateway gateway;

  @SuppressWarnings("NullAway.Init") // started by each test that needs it
  private PluginProcess program;

  @BeforeEach
  void startGateway() throws Exception {
    gateway = new TestGateway(this::answer);
    answers.put("StartSession", new TestGateway.Answer(200, gateway.ticket(ID)));
  }

  private TestGateway.Answer answer(String operation, String body) {
    String page = body.contains("\"NextToken\":\"2\"") ? "2" : "";
    return answers.getOrDefault(operation + page, new TestGateway.Answer(200, "{}"));
  }

  @AfterEach
  void stop() throws Exception {
    if (program != null) {
      program.close();
    }
    gateway.close();
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(PluginProcess.environment());
    environment.put("AWS_ENDPOINT_URL", gateway.endpoint());
    environment.put("AWS_REGION", "us-east-1");
    return environment;
  }

  private void run(String... arguments) throws Exception {
    program = PluginProcess.start(CliMain.class, environment(), arguments);
  }

  private TestSocket command() throws Exception {
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
    return agent;
  }

  @Test
  void execHasStreamsApartAndTheExitCodeAndNothingElse() throws Exception {
    run(
        "exec",
        "i-0abc",
        "--reason",
        "why not",
        "--",
        "sh",
        "-c",
        "echo out; echo err >&2; exit 7",
        "--",
        "@x",
        "-h");
    TestSocket agent = command();
    agent.sendStream(2, PayloadType.OUTPUT, "out\n");
    agent.sendStream(3, PayloadType.STD_ERR, "err\n");
    agent.sendStream(4, PayloadType.EXIT_CODE, "EXIT_CODE: 7");
    agent.closeChannel("");

    assertThat(program.awaitExit()).isEqualTo(7);
    assertThat(program.output()).isEqualTo("out\n");
    assertThat(program.error()).isEqualTo("err\n");
    Map<String, Object> input = Json.readObject(gateway.calls().getFirst().body());
    assertThat(input)
        .containsEntry("Target", "i-0abc")
        .containsEntry("DocumentName", "AWS-StartNonInteractiveCommand")
        .containsEntry("Reason", "why not")
        .containsEntry(
            "Parameters",
            Map.of("command", List.of("sh -c 'echo out; echo err >&2; exit 7' -- @x -h")));
  }

  @Test
  void execWithoutExitCodeIsAFailure() throws Exception {
    run("exec", "i-0abc", "--", "true");
    command().closeChannel("the agent\\nfell over");

    assertThat(program.awaitExit()).isEqualTo(1);
    assertThat(program.error()).isEqualTo("postern: the session ended: the agent fell over\n");
  }

  @Test
  void refusalIsOneLineWithTheServersMessage() throws Exception {
    answers.put(
        "StartSession",
        new TestGateway.Answer(
            400, "{\"__type\":\"TargetNotConnected\",\"message\":\"i-0abc is not connected.\"}"));
    run("shell", "i-0abc");

    assertThat(program.awaitExit()).isEqualTo(1);
    assertThat(program.error())
        .isEqualTo("postern: TargetNotConnected: i-0abc is not connected.\n");
    assertThat(program.output()).isEmpty();
  }

  @Test
  void unreachableServerIsOneLine() throws Exception {
    run("nodes", "--endpoint-url", "http://127.0.0.1:1");

    assertThat(program.awaitExit()).isEqualTo(1);
    assertThat(program.error()).startsWith("postern: ").contains("127.0.0.1").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dance",
        "exec i-0abc",
        "exec",
        "shell",
        "sessions --state Sometimes",
        "terminate a/b",
        "nodes --color"
      })
  void wrongUsageIsOneLineAndTwo(String line) {
    StringWriter error = new StringWriter();
    int exitCode =
        CliMain.commandLine()
            .setErr(new PrintWriter(error, true))
            .execute(line.isEmpty() ? new String[0] : line.split(" "));

    assertThat(exitCode).isEqualTo(2);
    assertThat(error.toString()).startsWith("postern: ").hasLineCount(1);
  }

  @Test
  void sessionsArePagedAndDatesReadable() throws Exception {
    answers.put(
        "DescribeSessions",
        new TestGateway.Answer(
            200,
            "{\"Sessions\":[{\"SessionId\":\"a-1\",\"Target\":\"i-1\",\"StartDate\":1763803200.5}],\"NextToken\":\"2\"}"));
    answers.put(
        "DescribeSessions2",
        new TestGateway.Answer(200, "{\"Sessions\":[{\"SessionId\":\"a-2\"}]}"));
    run("sessions", "--state", "History", "--owner", "arn:x", "--json");

    assertThat(program.awaitExit()).isZero();
    assertThat(Json.read(program.output().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(
            List.of(
                Map.of("SessionId", "a-1", "Target", "i-1", "StartDate", "2025-11-22T09:20:00Z"),
                Map.of("SessionId", "a-2")));
    assertThat(gateway.calls().getFirst().body()).contains("\"State\":\"History\"", "\"arn:x\"");
  }

  @Test
  void nodesAreATableWithoutTerminalCommands() throws Exception {
    answers.put(
        "DescribeInstanceInformation",
        new TestGateway.Answer(
            200,
            "{\"InstanceInformationList\":[{\"InstanceId\":\"mi-1\",\"Name\":\"a\\u001b[2Jb\",\"PingStatus\":\"Online\"}]}"));
    answers.put(
        "GetConnectionStatus",
        new TestGateway.Answer(200, "{\"Target\":\"mi-1\",\"Status\":\"connected\"}"));
    run("nodes");

    assertThat(program.awaitExit()).isZero();
    List<String> lines = new ArrayList<>(program.output().lines().toList());
    assertThat(lines.getFirst()).startsWith("NODE  NAME");
    assertThat(lines.get(1)).startsWith("mi-1  a [2Jb").contains("Online", "connected");
    assertThat(lines).hasSize(2);
  }

  @Test
  void terminateCallsTheServer() throws Exception {
    run("terminate", ID);

    assertThat(program.awaitExit()).isZero();
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::body)
        .containsExactly("{\"SessionId\":\"" + ID + "\"}");
  }

  @Test
  void shellIsLeftByItsEscape() throws Exception {
    try (TestPty pty =
        TestPty.start(environment(), TestPty.java(CliMain.class, "shell", "i-0abc"))) {
      TestSocket agent = gateway.awaitSocket();
      String before = pty.settings();
      agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
      agent.acknowledge(agent.take());
      pty.type("~?");
      pty.awaitOutput("end the session");
      pty.type("~.");

      assertThat(pty.awaitExit()).isZero();
      assertThat(pty.settings()).isEqualTo(before);
      assertThat(gateway.calls())
          .extracting(TestGateway.Call::operation)
          .containsExactly("StartSession", "TerminateSession");
    }
  }
}
