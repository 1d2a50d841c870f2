package dev.postern.client.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.session.TestGateway;
import dev.postern.client.session.TestSocket;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin and a server that goes away in the middle of a shell. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(180)
class ServerOutageTest {
  private static final String ID = "alice-0a1b2c3d4e5f60718";

  /** Attempts come every two seconds at the latest. */
  private static final Duration BACK_WITHIN = Duration.ofSeconds(5);

  private final AtomicReference<TestGateway.Answer> resumeAnswer =
      new AtomicReference<>(
          new TestGateway.Answer(
              200,
              "{\"SessionId\":\"x\",\"TokenValue\":\"second-token\",\"StreamUrl\":\"ws://unused\"}"));
  private TestGateway gateway;
  private PluginProcess plugin;
  private TestSocket agent;

  @BeforeEach
  void openShell() throws Exception {
    gateway =
        new TestGateway((operation, body) ->
            operation.equals("ResumeSession")
                ? resumeAnswer.get()
                : new TestGateway.Answer(200, "{}"));
    plugin =
        PluginProcess.start(
            PluginMain.class,
            PluginProcess.environment(),
            gateway.ticket(ID),
            "us-east-1",
            "StartSession",
            "",
            "{\"Target\":\"i-0abc\"}",
            gateway.endpoint());
    agent = gateway.awaitSocket();
    agent.sendStream(0, PayloadType.OUTPUT, "prompt$ ");
    agent.acknowledge(agent.take());
    plugin.awaitOutput("prompt$ ");
  }

  @AfterEach
  void stop() throws Exception {
    plugin.close();
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  void sessionGoesOnWhenTheServerIsBackAfter(int seconds) throws Exception {
    plugin.type("before ");
    assertThat(text(agent.take())).isEqualTo("before ");
    gateway.close();
    plugin.type("meanwhile ");
    assertThat(plugin.endsWithin(Duration.ofSeconds(seconds))).isFalse();
    plugin.type("and more");

    gateway.reopen();
    long back = System.nanoTime();
    TestSocket second = gateway.awaitSocket();
    Duration waited = Duration.ofNanos(System.nanoTime() - back);
    second.sendStream(1, PayloadType.OUTPUT, "goes on");

    // The first was not acknowledged before the outage, so it comes again under its number.
    for (String typed : new String[] {"before ", "meanwhile ", "and more"}) {
      AgentMessage message = second.take();
      assertThat(text(message)).isEqualTo(typed);
      second.acknowledge(message);
    }
    plugin.awaitOutput("prompt$ goes on");
    assertThat(waited).isLessThan(BACK_WITHIN);
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("ResumeSession");
    assertThat(plugin.error()).doesNotContain("Cannot", "lost");
  }

  @Test
  void connectionIsOpenedAgainByTheServersTokenWithoutACall() throws Exception {
    assertThat(agent.opening()).contains("\"PosternExtensions\":[\"resume-token\"");
    agent.giveResumeToken("token-one");
    agent.giveResumeToken("token-two");
    agent.sendStream(1, PayloadType.OUTPUT, "both came ");
    plugin.awaitOutput("both came ");

    agent.cut();
    TestSocket second = gateway.awaitSocket();
    assertThat(second.opening()).contains("\"TokenValue\":\"token-two\"");
    // The next token is lost on its way, so the old one serves again.
    second.cut();
    TestSocket third = gateway.awaitSocket();
    assertThat(third.opening()).contains("\"TokenValue\":\"token-two\"");
    third.sendStream(2, PayloadType.OUTPUT, "and on");

    plugin.awaitOutput("both came and on");
    assertThat(gateway.calls()).isEmpty();
  }

  @Test
  void tokenThatTheServerRefusesIsReplacedByACall() throws Exception {
    agent.giveResumeToken("stolen");
    agent.sendStream(1, PayloadType.OUTPUT, "it came");
    plugin.awaitOutput("it came");
    agent.cut();

    TestSocket refused = gateway.awaitSocket();
    assertThat(refused.opening()).contains("\"TokenValue\":\"stolen\"");
    refused.refuse();

    assertThat(gateway.awaitSocket().opening()).contains("\"TokenValue\":\"second-token\"");
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .containsExactly("ResumeSession");
  }

  private static String text(AgentMessage message) {
    return StandardCharsets.ISO_8859_1.decode(message.payload()).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "DoesNotExistException,Session with id x does not exist.",
    "ExpiredTokenException,The security token included in the request is expired",
    "AccessDeniedException,not yours"
  })
  void refusalEndsTheSessionAtOnceWithItsReason(String code, String message) throws Exception {
    resumeAnswer.set(
        new TestGateway.Answer(
            400, "{\"__type\":\"%s\",\"message\":\"%s\"}".formatted(code, message)));

    agent.cut();

    assertThat(plugin.awaitExit()).isZero();
    assertThat(plugin.error())
        .endsWith("Cannot perform start session: " + code + ": " + message + "\n");
    assertThat(gateway.calls())
        .extracting(TestGateway.Call::operation)
        .startsWith("ResumeSession")
        .doesNotContainSequence("ResumeSession", "ResumeSession");
  }
}
