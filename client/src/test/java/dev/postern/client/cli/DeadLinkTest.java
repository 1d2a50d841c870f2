package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.plugin.PluginMain;
import dev.postern.client.plugin.PluginProcess;
import dev.postern.client.session.FrozenLink;
import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.client.terminal.TestPty;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A person at a real terminal whose path to the server goes dead: no end, no reset, no byte. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class DeadLinkTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(10);

  /** The programs that have a person at a terminal. */
  enum Program {
    SHELL,
    PLUGIN
  }

  private TestGateway gateway;
  private FrozenLink link;

  @SuppressWarnings("NullAway.Init") // started by each test
  private TestPty pty;

  @BeforeEach
  void startGateway() throws Exception {
    gateway = new TestGateway(this::answer);
    link = new FrozenLink(gateway.port());
  }

  private TestGateway.Answer answer(String operation, String body) {
    return new TestGateway.Answer(
        200,
        switch (operation) {
          case "StartSession" -> gateway.ticketThrough(link.port(), ID);
          case "ResumeSession" -> "{\"SessionId\":\"x\",\"TokenValue\":\"second-token\"}";
          default -> "{}";
        });
  }

  @AfterEach
  void stop() throws Exception {
    if (pty != null) {
      pty.close();
    }
    link.close();
    gateway.close();
  }

  /** A program on a terminal, past its first prompt. */
  private TestSocket start(Program program) throws Exception {
    String endpoint = "http://127.0.0.1:" + link.port();
    Map<String, String> environment = new HashMap<>(PluginProcess.environment());
    environment.put("AWS_ENDPOINT_URL", endpoint);
    environment.put("AWS_REGION", "us-east-1");
    List<String> command =
        switch (program) {
          case SHELL -> TestPty.java(CliMain.class, "shell", "i-0abc");
          case PLUGIN ->
              TestPty.java(
                  PluginMain.class,
                  gateway.ticketThrough(link.port(), ID),
                  "us-east-1",
                  "StartSession",
                  "",
                  "{\"Target\":\"i-0abc\"}",
                  endpoint);
        };
    pty = TestPty.start(environment, command);
    TestSocket agent = gateway.awaitSocket();
    agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    agent.acknowledge(agent.take());
    pty.awaitOutput("prompt$ ");
    return agent;
  }

  /** The worst moment: the path has just shown that it lives. */
  private long freezeAfterPing(TestSocket agent) throws Exception {
    agent.awaitPing();
    agent.awaitPing();
    link.freeze();
    return System.nanoTime();
  }

  private static String type(TestSocket agent, long sequenceNumber) throws Exception {
    AgentMessage message = agent.take();
    assertThat(message.sequenceNumber()).isEqualTo(sequenceNumber);
    agent.acknowledge(message);
    return StandardCharsets.ISO_8859_1.decode(message.payload()).toString();
  }

  @ParameterizedTest
  @EnumSource(Program.class)
  void personIsToldWithinTenSecondsAndTheSessionGoesOnWhereItWas(Program program) throws Exception {
    TestSocket first = start(program);
    long dead = freezeAfterPing(first);
    pty.type("ls\r");
    first.sendStream(1, PayloadType.OUTPUT, "one ");
    first.sendStream(2, PayloadType.OUTPUT, "two ");
    pty.awaitOutput(": connection lost, trying again");
    Duration noticed = Duration.ofNanos(System.nanoTime() - dead);
    pty.type("pwd\r");

    link.thaw();
    TestSocket second = gateway.awaitSocket();
    for (int i = 1; i <= 3; i++) {
      second.sendStream(i, PayloadType.OUTPUT, List.of("one ", "two ", "three").get(i - 1));
    }

    assertThat(noticed).isLessThan(NOTICED_WITHIN);
    assertThat(type(second, 1)).isEqualTo("ls\r");
    assertThat(type(second, 2)).isEqualTo("pwd\r");
    pty.awaitOutput("three");
    assertThat(pty.output().replaceAll("\r\n\\[[^\\]]*\\]\r\n", ""))
        .endsWith("prompt$ one two three");
    assertThat(pty.output()).contains(": connected again]\r\n");
    assertThat(second.opening()).contains("\"TokenValue\":\"second-token\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void escapeLeavesAShellOnADeadLink(boolean noticed) throws Exception {
    TestSocket agent = start(Program.SHELL);
    String raw = pty.settings();
    freezeAfterPing(agent);
    if (noticed) {
      pty.awaitOutput("connection lost, trying again (Enter ~ . leaves)");
    }
    long left = System.nanoTime();
    pty.type("\r~.");

    assertThat(pty.awaitExit()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(Duration.ofSeconds(6));
    assertThat(pty.settings()).isNotEqualTo(raw);
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("StartSession");
  }

  @Test
  void deadLinkThatComesBackByItselfIsNeverMentioned() throws Exception {
    TestSocket agent = start(Program.SHELL);
    freezeAfterPing(agent);
    pty.type("x");
    link.thaw();
    agent.awaitPing();
    agent.sendStream(1, PayloadType.OUTPUT, "still the same");

    pty.awaitOutput("still the same");
    assertThat(type(agent, 1)).isEqualTo("x");
    assertThat(pty.output()).doesNotContain("connection");
  }
}
