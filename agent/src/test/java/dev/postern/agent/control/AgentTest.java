package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.agent.FakeService;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.handshake.OpenControlChannel;
import dev.postern.wire.handshake.OpenDataChannel;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AgentTest extends NodeScene {
  private static final String SHELL = "Standard_Stream";
  private static final String COMMAND = "NonInteractiveCommands";
  private static final String SEPARATE =
      "{\"linux\":{\"commands\":\"{{ command }}\",\"separateOutputStream\":true}}";

  private static JsonObject command(String text) {
    return new JsonObject(Map.of("command", List.of(text)));
  }

  @Test
  void shellNeedsNoHandshakeAndEndsWithItsShell() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("");
      client.type("echo hi-$((1+1)); exit 5\n");
      client.awaitOutput("hi-2");

      AgentTaskComplete complete = node.nextComplete();
      assertThat(complete.taskId()).isEqualTo(id);
      assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
      assertThat(complete.output()).isEmpty();
      assertThat(client.payloadTypes).containsOnly(PayloadType.OUTPUT);
    }
  }

  @Test
  void introductionNamesNodeAndClientAndTheSameClientAgainAfterALoss() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.type("echo one-$((0+1))\n");
      client.awaitOutput("one-1");
      client.breakConnection();
      client.type("echo two-$((1+1)); exit\n");
      client.awaitOutput("two-2");
      node.nextComplete();

      assertThat(client.introductions).hasSizeGreaterThanOrEqualTo(2);
      OpenDataChannel first = client.introductions.getFirst();
      assertThat(first.clientInstanceId()).isEqualTo(FakeService.NODE);
      assertThat(client.introductions).allMatch(each -> each.clientId().equals(first.clientId()));
      assertThat(client.output()).containsOnlyOnce("one-1").containsOnlyOnce("two-2");
    }
  }

  @Test
  void sizeToldBeforeOrAfterTheStartIsApplied() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.resize(111, 44);
      client.type("stty size; exit\n");
      client.awaitOutput("44 111");
      node.nextComplete();
    }
  }

  @Test
  void shellProfileIsTypedFirst() throws Exception {
    node.startSession(
        id, SHELL, "{\"shellProfile\":{\"linux\":\"X=pro; echo $X-file; exit\"}}", "");
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("pro-file");
      node.nextComplete();
    }
  }

  @Test
  void interactiveCommandRunsOnATerminal() throws Exception {
    node.startSession(
        id,
        "InteractiveCommands",
        "",
        "{\"linux\":{\"commands\":\"{{ command }}\"}}",
        command("test -t 0 && echo terminal"));
    try (ClientEnd client = node.client(id)) {
      client.awaitOutput("terminal");
      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
    }
  }

  @Test
  void commandShakesHandsAndKeepsStreamsAndStatusApart() throws Exception {
    node.startSession(id, COMMAND, "", SEPARATE, command("sh -c 'echo out; echo err >&2; exit 7'"));
    try (ClientEnd client = node.client(id)) {
      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);

      assertThat(client.output()).isEqualTo("out\n");
      assertThat(client.error()).isEqualTo("err\n");
      assertThat(client.exitCode()).isEqualTo("EXIT_CODE: 7");
      assertThat(client.payloadTypes)
          .startsWith(PayloadType.HANDSHAKE_REQUEST, PayloadType.HANDSHAKE_COMPLETE)
          .endsWith(PayloadType.EXIT_CODE);
    }
  }

  @Test
  void mergedCommandHasNoExitCode() throws Exception {
    node.startSession(
        id, COMMAND, "", "{\"linux\":{\"commands\":\"sh -c 'echo 1; echo 2 >&2; exit 3'\"}}");
    try (ClientEnd client = node.client(id)) {
      node.nextComplete();

      assertThat(client.output()).isEqualTo("1\n2\n");
      assertThat(client.exitCode()).isEmpty();
    }
  }

  @Test
  void prefixesMarkTheStartOfLines() throws Exception {
    node.startSession(
        id,
        COMMAND,
        "",
        "{\"linux\":{\"commands\":\"sh -c 'echo out; echo err >&2'\",\"separateOutputStream\":"
            + "\"true\",\"stdOutSeparatorPrefix\":\"O: \",\"stdErrSeparatorPrefix\":\"\"}}");

    AgentTaskComplete complete = node.nextComplete();
    assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
    assertThat(complete.output()).contains("prefix");

    String other = NodeFixture.newSessionId();
    node.startSession(
        other,
        COMMAND,
        "",
        "{\"linux\":{\"commands\":\"sh -c 'echo out; echo err >&2'\",\"separateOutputStream\":"
            + "\"true\",\"stdOutSeparatorPrefix\":\"O:\",\"stdErrSeparatorPrefix\":\"E:\"}}");
    try (ClientEnd client = node.client(other)) {
      node.nextComplete();
      assertThat(client.output()).isEqualTo("O:out\n");
      assertThat(client.error()).isEqualTo("E:err\n");
    }
  }

  @Test
  void allOutputOfALargeCommandArrives() throws Exception {
    node.startSession(id, COMMAND, "", SEPARATE, command("head -c 20000000 /dev/zero"));
    try (ClientEnd client = node.client(id)) {
      node.nextComplete();
      assertThat(client.output()).hasSize(20_000_000);
      assertThat(client.exitCode()).isEqualTo("EXIT_CODE: 0");
    }
  }

  @Test
  void closedSessionIsKilledAndReported() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.type("setsid sleep 1000 & echo $((1+1))-started pid=$$.\n");
      String pid = client.awaitOutput("2-started").replaceAll("(?s).*pid=(\\d+)\\..*", "$1");
      assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();

      node.closeSession(id);

      assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
      assertThat(ProcessHandle.of(Long.parseLong(pid))).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Standard_Stream | {\"kmsKeyId\":\"k\"} | | kmsKeyId",
        "Standard_Stream | {\"s3BucketName\":\"b\"} | | s3BucketName",
        "Standard_Stream | {\"cloudWatchLogGroupName\":\"g\"} | | cloudWatchLogGroupName",
        "Standard_Stream | {\"runAsEnabled\":\"true\"} | | RunAs default user",
        "Standard_Stream | {\"runAsEnabled\":true,\"runAsDefaultUser\":\"ghost\"} | | ghost",
        "Standard_Stream | {\"runAsEnabled\":7} | | runAsEnabled",
        "No_Such | | | No_Such",
        "InteractiveCommands | | {\"windows\":{\"commands\":\"dir\"}} | Linux",
        "NonInteractiveCommands | | {\"linux\":{\"commands\":\"echo 'open\"}} | quote",
        "NonInteractiveCommands | | {\"linux\":{\"commands\":\"{{ ssm:secret }}\"}} | secret"
      })
  void whatCannotBeDoneAsAskedIsRefused(
      String type, String inputs, String properties, String reason) throws Exception {
    node.startSession(id, type, inputs == null ? "" : inputs, properties == null ? "" : properties);

    AgentTaskComplete complete = node.nextComplete();
    assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.FAILED);
    assertThat(complete.output()).contains(reason);
  }

  @Test
  void secondTaskForALiveSessionIsIgnored() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.type("echo live-$((1+1))\n");
      client.awaitOutput("live-2");
      node.startSession(id, SHELL, "", "");
      client.type("echo still-$((1+1)); exit\n");
      client.awaitOutput("still-2");

      node.nextComplete();
      assertThat(client.introductions).hasSize(1);
    }
  }

  @Test
  void sessionThatTheServiceForgotEnds() throws Exception {
    node.service.sessionsTerminated = true;
    node.startSession(id, SHELL, "", "");

    assertThat(node.nextComplete().finalTaskStatus()).isEqualTo(AgentTaskComplete.SUCCESS);
  }

  @Test
  void unacknowledgedEndIsSentAgainUnderItsIdAlsoAfterARestart() throws Exception {
    node.startSession(id, "Surprise", "", "");
    AgentMessage first = node.nextControl();
    AgentMessage second = node.nextControl();
    assertThat(second.messageId()).isEqualTo(first.messageId());
    assertThat(AgentTaskComplete.parse(second.payload()).retryNumber()).isEqualTo(2);

    node.stopAgent();
    node.startAgent();
    node.control = node.service.nextSocket("/v1/control-channel/").socket();

    AgentMessage third = node.nextControl();
    assertThat(third.messageId()).isEqualTo(first.messageId());
    node.acknowledge(third, AgentTaskComplete.parse(third.payload()));
  }

  @Test
  void lostControlChannelIsOpenedAgainAndSessionsLive() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.type("echo one-$((0+1))\n");
      client.awaitOutput("one-1");

      node.service.forgetCredentials();
      node.control.close();
      FakeService.Opened again = node.service.nextSocket("/v1/control-channel/");
      node.control = again.socket();

      OpenControlChannel introduction =
          OpenControlChannel.parse(NodeFixture.bytes(again.introduction()));
      assertThat(introduction.platformType()).isEqualTo("linux");
      client.type("echo two-$((1+1)); exit\n");
      client.awaitOutput("two-2");
      node.nextComplete();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, -10, 20, -20})
  void clockThatIsOffByMinutesHindersNothing(int minutes) throws Exception {
    node.service.clockAhead = Duration.ofMinutes(minutes);
    node.service.forgetCredentials();
    node.control.close();
    node.control = node.service.nextSocket("/v1/control-channel/").socket();

    node.startSession(id, COMMAND, "", SEPARATE, command("echo right"));
    try (ClientEnd client = node.client(id)) {
      node.nextComplete();
      assertThat(client.output()).isEqualTo("right\n");
    }
  }

  @Test
  void garbageOnTheControlChannelCostsThatConnectionOnly() throws Exception {
    node.control.send(NodeFixture.bytes("garbage"));
    node.control = node.service.nextSocket("/v1/control-channel/").socket();
    node.sendControl("agent_surprise", NodeFixture.bytes("{}"));
    node.startSession(id, "Surprise", "", "");

    assertThat(node.nextComplete().taskId()).isEqualTo(id);
  }

  @Test
  void stoppingEndsSessionsAndReportsThem() throws Exception {
    node.startSession(id, SHELL, "", "");
    try (ClientEnd client = node.client(id)) {
      client.type("echo up-$((1+1))\n");
      client.awaitOutput("up-2");

      Thread stopping = Thread.ofVirtual().start(this::stopAgent);
      AgentTaskComplete complete = node.nextComplete();
      stopping.join();

      assertThat(complete.finalTaskStatus()).isEqualTo(AgentTaskComplete.CANCELLED);
      assertThat(complete.output()).contains("stopped");
    }
    node.startAgent();
  }

  private void stopAgent() {
    try {
      node.stopAgent();
    } catch (InterruptedException ended) {
      throw new IllegalStateException(ended);
    }
  }

  @Test
  void pingsTellWhatThisMachineIs() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (node.service.pings.size() < 2) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }

    assertThat(node.service.pings.get(0))
        .containsOnlyKeys("AgentName", "AgentVersion", "InstanceId", "PlatformType");
    assertThat(node.service.pings.get(1))
        .containsEntry("SSMConnectionChannel", "ssmmessages")
        .containsEntry("AgentStatus", "Active")
        .containsEntry("PlatformType", "Linux")
        .containsEntry("InstanceId", FakeService.NODE)
        .containsKeys("ComputerName", "IPAddress", "PlatformName", "PlatformVersion");
  }
}
