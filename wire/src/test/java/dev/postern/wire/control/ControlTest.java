package dev.postern.wire.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.GoldenVectors;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ControlTest {
  @Test
  void acknowledgeIsReadAndWrittenByteForByte() throws Exception {
    ByteBuffer payload = GoldenVectors.named("acknowledge").payload();
    AgentMessage acknowledged =
        AgentMessage.decode(GoldenVectors.named("output-handshake-request").bytes());

    assertThat(Acknowledge.parse(payload).toPayload()).isEqualTo(payload);
    assertThat(Acknowledge.of(acknowledged).toPayload()).isEqualTo(payload);
    Acknowledge ofMany = Acknowledge.upTo(acknowledged);
    assertThat(ofMany.toJson()).endsWith(",\"PosternCumulative\":true}");
    assertThat(Acknowledge.parse(ofMany.toPayload())).isEqualTo(ofMany);
  }

  @Test
  void sessionStateIsReadAndWrittenByteForByte() throws Exception {
    ByteBuffer payload = GoldenVectors.named("agent-session-state").payload();

    AgentSessionState state = AgentSessionState.parse(payload);

    assertThat(state)
        .isEqualTo(new AgentSessionState(AgentSessionState.CONNECTED, "alice-0a1b2c3d4e5f60718"));
    assertThat(state.toPayload()).isEqualTo(payload);
  }

  /** MUST 14. */
  @Test
  void channelClosedHasAStringDateAndANumericSchemaVersion() throws Exception {
    ByteBuffer payload = GoldenVectors.named("channel-closed-116").payload();

    ChannelClosed closed =
        ChannelClosed.of(
            "550e8400-e29b-41d4-a716-446655440000",
            Instant.parse("2024-11-19T07:06:40.123Z"),
            "9eb2aa6d-936c-44a9-80aa-2c163fd558d8",
            "alice-0a1b2c3d4e5f60718",
            "");

    assertThat(closed.toPayload()).isEqualTo(payload);
    assertThat(ChannelClosed.parse(payload)).isEqualTo(closed);
    assertThatThrownBy(() -> ChannelClosed.parse(UTF_8.encode("{\"SchemaVersion\":\"1\"}")))
        .isInstanceOf(MalformedMessageException.class);
  }

  /** MUST 39: both header forms carry the same payload. */
  @Test
  void channelClosedOfTheHostedServiceIsRead() throws Exception {
    AgentMessage message =
        AgentMessage.decodeAsClient(GoldenVectors.named("channel-closed-112").bytes());

    assertThat(ChannelClosed.parse(message.payload()).sessionId())
        .isEqualTo("alice-0a1b2c3d4e5f60718");
  }

  @Test
  void dateWithoutMillisecondsStillHasThem() {
    assertThat(ChannelClosed.of("", Instant.EPOCH, "", "", "").createdDate())
        .isEqualTo("1970-01-01T00:00:00.000Z");
  }

  @Test
  void terminalSizeIsReadAndWrittenByteForByte() throws Exception {
    ByteBuffer payload = GoldenVectors.named("input-size").payload();

    assertThat(TerminalSize.parse(payload)).isEqualTo(new TerminalSize(120, 40));
    assertThat(new TerminalSize(120, 40).toPayload()).isEqualTo(payload);
    assertThatThrownBy(() -> TerminalSize.parse(UTF_8.encode("{\"cols\":-1}")))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> TerminalSize.parse(UTF_8.encode("{\"rows\":65536}")))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void taskCompleteIsWrittenLikeByTheOfficialAgent() throws Exception {
    String text =
        "{\"SchemaVersion\":1,\"TaskId\":\"s\",\"Topic\":\"agent_task_complete\","
            + "\"FinalTaskStatus\":\"Failed\",\"IsRoutingFailure\":false,\"AwsAccountId\":\"\","
            + "\"InstanceId\":\"mi-1\",\"Output\":\"no\",\"S3Bucket\":\"b\",\"S3UrlSuffix\":\"u\","
            + "\"CwlGroup\":\"g\",\"CwlStream\":\"w\",\"RetryNumber\":1}";

    AgentTaskComplete complete =
        AgentTaskComplete.of(
            "s",
            AgentTaskComplete.FAILED,
            "mi-1",
            "no",
            new AgentTaskComplete.LogTargets("b", "u", "g", "w"),
            1);

    assertThat(complete.toJson()).isEqualTo(text);
    assertThat(AgentTaskComplete.parse(UTF_8.encode(text))).isEqualTo(complete);
  }

  @Test
  void longOutputOfATaskIsCut() {
    AgentTaskComplete complete =
        AgentTaskComplete.of(
            "s",
            AgentTaskComplete.FAILED,
            "mi-1",
            "x".repeat(3000),
            AgentTaskComplete.LogTargets.NONE,
            1);

    assertThat(complete.output()).hasSize(AgentTaskComplete.OUTPUT_LENGTH_MAX);
  }

  @Test
  void taskAcknowledgeIsWrittenLikeTheAgentExpects() throws Exception {
    AgentTaskAcknowledge acknowledge = AgentTaskAcknowledge.of("m", "s");

    assertThat(acknowledge.toJson())
        .isEqualTo(
            "{\"SchemaVersion\":1,\"MessageId\":\"m\",\"TaskId\":\"s\","
                + "\"Topic\":\"agent_task_complete\"}");
    assertThat(AgentTaskAcknowledge.parse(acknowledge.toPayload())).isEqualTo(acknowledge);
  }
}
