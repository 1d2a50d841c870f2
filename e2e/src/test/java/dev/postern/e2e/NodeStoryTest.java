package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One server, one node, and what an operator does with the real AWS CLI. */
@Timeout(240)
class NodeStoryTest {
  @TempDir static Path temporary;

  /**
   * Behind a line's end, or behind a control sequence: bash switches bracketed paste on before its
   * prompt, a shell that does not leaves it behind the last one of vi or top.
   */
  private static final String PROMPT = "(\n|\033\\[[0-9;?>]*[A-Za-z])ready> ";

  private static RunningServer server;
  private static RunningAgent agent;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningServer(temporary.resolve("server"));
    agent = RunningAgent.enrol(server, temporary.resolve("agent"));
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

  private static String nodeId() {
    return agent.instanceId();
  }

  @Test
  void nodeIsListedOnlineUnderItsActivationsName() {
    String listed = server.aws("ssm", "describe-instance-information").orFail().out();

    assertThat(listed).contains(nodeId());
    assertThat(Json.text(listed, "PingStatus")).isEqualTo("Online");
    assertThat(Json.text(listed, "Name")).isEqualTo("web-1");
    assertThat(Json.text(listed, "PlatformType")).isEqualTo("Linux");
    assertThat(Json.text(listed, "IamRole")).isEqualTo("SSMServiceRole");
  }

  @Test
  void callerIsTheFirstAdministrator() {
    assertThat(server.aws("sts", "get-caller-identity").orFail().out())
        .contains("\"arn:aws:iam::123456789012:user/admin\"", "\"123456789012\"");
  }

  @Test
  void unknownTargetIsNotConnected() {
    Finished refused = server.aws("ssm", "start-session", "--target", "mi-0123456789abcdef0");

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.err())
        .contains("TargetNotConnected", "mi-0123456789abcdef0 is not connected.");
  }

  @Test
  void shellWorksOnATerminalAndIsGivenBackAsItWas() throws Exception {
    try (Terminal terminal = terminal("start")) {
      terminal.screen().expect("Starting session with SessionId: (\\S+)");
      terminal.type("PS1='ready> '; export TERM=xterm-256color\r");
      terminal.screen().expect(PROMPT);
      terminal.type("stty size; echo te''rm=$TERM\r");
      terminal.screen().expect("30 100\\s+term=xterm-256color");
      resizeReachesTheNode(terminal);
      interruptReachesTheRemoteProgramOnly(terminal);
      fullScreenProgramsWork(terminal);
      terminal.type("exit\r");
      terminal.screen().expect("Exiting session with sessionId: \\S+\\.");

      assertThat(terminal.exitCode()).isZero();
    }
    if (Programs.officialPlugin().isEmpty()) {
      // The official plugin leaves the terminal changed after Ctrl-C and resizes; that is not ours
      // to promise.
      assertThat(Files.readString(temporary.resolve("stty-after-start")))
          .isEqualTo(Files.readString(temporary.resolve("stty-before-start")));
    }
  }

  private static void resizeReachesTheNode(Terminal terminal) {
    terminal.resize(132, 43);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          terminal.type("stty size\r");
          return terminal.screen().expect("[\r\n](\\d+ \\d+)\r").group(1).equals("43 132");
        });
  }

  private static void interruptReachesTheRemoteProgramOnly(Terminal terminal) {
    terminal.type("sh -c 'echo be''gun; exec sleep 300'\r");
    terminal.screen().expect("begun");
    terminal.type("\003");
    // What is typed before the prompt is back is thrown away together with the interrupted line.
    terminal.screen().expect(PROMPT);
    terminal.type("echo still''here\r");
    terminal.screen().expect("stillhere");
  }

  private static void fullScreenProgramsWork(Terminal terminal) {
    // The session may be another account's, which cannot write where the test can.
    terminal.type("file=$(mktemp)\r");
    terminal.screen().expect(PROMPT);
    terminal.type("vi $file\r");
    terminal.screen().expect("~");
    terminal.type("ifrom vi\033:wq\r");
    terminal.screen().expect(PROMPT);
    terminal.type("cat $file; rm $file; top\r");
    terminal.screen().expect("from vi[\r\n].*load average");
    terminal.type("q");
    terminal.screen().expect(PROMPT);
  }

  /** The plugin's terminal before and after, as stty prints it, tells whether it was restored. */
  private Terminal terminal(String name) throws Exception {
    Path before = temporary.resolve("stty-before-" + name);
    Path after = temporary.resolve("stty-after-" + name);
    String command =
        String.join(" ", server.awsCommand("ssm", "start-session", "--target", nodeId()));
    return new Terminal(
        server.shell().with("POSTERN_STTY_BEFORE", before.toString()),
        100,
        30,
        command + "; code=$?; stty cols 100 rows 30; stty -a >" + after + "; exit $code");
  }

  @Test
  void sessionIsListedWhileItLivesAndAfterwardsWithEveryField() throws Exception {
    String id;
    try (Terminal terminal = terminal("listed")) {
      id = terminal.screen().expect("Starting session with SessionId: ([^\\s]+)").group(1);
      terminal.type("echo is''up\r");
      terminal.screen().expect("isup");
      assertThat(id).startsWith("admin-");
      String active = server.aws("ssm", "describe-sessions", "--state", "Active").orFail().out();
      assertThat(active).contains(id).contains("Connected");

      server.aws("ssm", "terminate-session", "--session-id", id).orFail();

      terminal.screen().expect("Exiting session with sessionId: " + id);
      assertThat(terminal.exitCode()).isZero();
    }
    String query =
        "Sessions[*].{Id:SessionId,Target:Target,User:Owner,Start:StartDate,End:EndDate}";
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          Finished history =
              server.aws(
                  "ssm",
                  "describe-sessions",
                  "--state",
                  "History",
                  "--filters",
                  "key=SessionId,value=" + id,
                  "--query",
                  query);
          assertThat(history.orFail().out())
              .contains(id, nodeId(), "arn:aws:iam::123456789012:user/admin")
              .doesNotContain("null");
        });
  }

  @Test
  void cliOfEitherAgeHandsTheSessionToThePlugin() throws Exception {
    // The newer form passes the response in the environment; an older CLI passes it as an argument.
    // What the CLI does
    // depends on the version that the plugin names, so an old version makes the new CLI use the old
    // form.
    Path bin = Files.createDirectories(temporary.resolve("old-plugin"));
    Path wrapper = bin.resolve("session-manager-plugin");
    Path seen = temporary.resolve("old-plugin-seen");
    String plugin =
        server
            .shell()
            .run(List.of("sh", "-c", "command -v session-manager-plugin"))
            .orFail()
            .out()
            .strip();
    Files.writeString(
        wrapper,
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 1.2.300.0; exit; fi\n"
            + "printf %s \"$1\" | cut -c1 >"
            + seen
            + "\nexec "
            + plugin
            + " \"$@\"\n");
    assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    Shell shell = server.shell();
    Shell old = shell.with("PATH", bin + ":" + shell.environment().get("PATH"));

    for (Shell each : List.of(shell, old)) {
      // On a terminal: the official plugin gives up at once when its input is at its end.
      List<String> command =
          server.awsCommand(
              "ssm",
              "start-session",
              "--target",
              nodeId(),
              "--document-name",
              "AWS-StartNonInteractiveCommand",
              "--parameters",
              "'command=echo handed over'");
      try (Terminal terminal =
          new Terminal(
              each.with("POSTERN_STTY_BEFORE", temporary.resolve("stty-handed").toString()),
              100,
              30,
              String.join(" ", command))) {
        terminal.screen().expect("[\r\n]handed over[\r\n]");
        assertThat(terminal.exitCode()).isZero();
      }
    }
    assertThat(Files.readString(seen)).startsWith("{");
  }

  @Test
  void interactiveCommandEndsWithItsCommand() throws Exception {
    String command =
        String.join(
            " ",
            server.awsCommand(
                "ssm",
                "start-session",
                "--target",
                nodeId(),
                "--document-name",
                "AWS-StartInteractiveCommand",
                "--parameters",
                "'{\"command\":[\"test -t 1 && echo on a terminal\"]}'"));
    try (Terminal terminal =
        new Terminal(
            server.shell().with("POSTERN_STTY_BEFORE", temporary.resolve("stty-inter").toString()),
            100,
            30,
            command)) {
      terminal.screen().expect("on a terminal[\r\n].*Exiting session with sessionId");
      assertThat(terminal.exitCode()).isZero();
    }
  }

  @Test
  void agentListensNowhere() throws Exception {
    Finished listeners = RunningServer.base().run(List.of("ss", "-Hltnp")).orFail();
    List<Long> pids =
        ProcessHandle.of(agent.pid()).stream()
            .flatMap(process ->
                java.util.stream.Stream.concat(
                    java.util.stream.Stream.of(process), process.descendants()))
            .map(ProcessHandle::pid)
            .toList();

    assertThat(pids).isNotEmpty();
    assertThat(listeners.out()).contains("pid=" + server.pid() + ",");
    for (long pid : pids) {
      assertThat(listeners.out()).doesNotContain("pid=" + pid + ",");
    }
  }
}
