package dev.postern.client.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.client.terminal.TestPty;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The plugin on a real pseudo terminal. */
@Timeout(180)
class PluginTerminalTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";

  private TestGateway gateway;
  private TestPty pty;
  private TestSocket agent;
  private String before;

  @BeforeEach
  void openShell() throws Exception {
    gateway = new TestGateway((operation, body) -> new TestGateway.Answer(200, "{}"));
    pty =
        TestPty.start(
            PluginProcess.environment(),
            TestPty.java(
                PluginMain.class,
                gateway.ticket(ID),
                "us-east-1",
                "StartSession",
                "",
                "{\"Target\":\"i-0abc\"}",
                gateway.endpoint()));
    before = pty.settings();
    agent = gateway.awaitSocket();
    agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    AgentMessage size = agent.take();
    assertThat(text(size)).isEqualTo("{\"cols\":80,\"rows\":24}");
    agent.acknowledge(size);
    pty.awaitOutput("prompt$ ");
  }

  @AfterEach
  void stop() throws Exception {
    pty.close();
    gateway.close();
  }

  private static String text(AgentMessage message) {
    return StandardCharsets.ISO_8859_1.decode(message.payload()).toString();
  }

  private String next() throws Exception {
    AgentMessage message = agent.take();
    agent.acknowledge(message);
    return text(message);
  }

  @Test
  void keysGoThroughAsTheyAreAndTheTerminalIsAsBeforeAfterwards() throws Exception {
    assertThat(pty.settings()).isNotEqualTo(before);

    for (String key : new String[] {"\r", "\3", "\32", "\34", "\4", "\n", "~."}) {
      pty.type(key);
      assertThat(next()).isEqualTo(key);
    }
    agent.closeChannel("");

    assertThat(pty.awaitExit()).isZero();
    assertThat(pty.settings()).isEqualTo(before);
    assertThat(pty.output())
        .startsWith("\r\nStarting session with SessionId: " + ID + "\r\n")
        .endsWith("\r\n\r\nExiting session with sessionId: " + ID + ".\r\n\r\n");
  }

  @Test
  void newSizeIsToldAtOnce() throws Exception {
    pty.resize(132, 50);

    AgentMessage size = agent.take();

    assertThat(size.payloadType()).isEqualTo(PayloadType.SIZE);
    assertThat(text(size)).isEqualTo("{\"cols\":132,\"rows\":50}");
  }

  @Test
  void signalsFromOutsideAreKeys() throws Exception {
    pty.kill("INT");
    assertThat(next()).isEqualTo("\3");
    pty.kill("TSTP");
    assertThat(next()).isEqualTo("\32");
  }

  @Test
  void quitFromOutsideDisturbsNothing() throws Exception {
    pty.kill("QUIT");
    agent.sendStream(1, PayloadType.OUTPUT, "undisturbed");

    pty.awaitOutput("prompt$ undisturbed");
  }

  @Test
  void hangUpTerminatesTheSessionAndRestoresTheTerminal() throws Exception {
    pty.kill("HUP");

    assertThat(pty.awaitExit()).isEqualTo(129);
    assertThat(pty.settings()).isEqualTo(before);
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("TerminateSession");
  }
}
