package dev.postern.wire.handshake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.Side;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenChannelTest {
  private static final String FROM_CLIENT =
      "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"30f44545-a6f1-4e17-aa1f-397a50cdd941\","
          + "\"TokenValue\":\"s3cr3t\",\"ClientId\":\"7d838ba6-43c5-4001-ac8f-052598f16634\","
          + "\"ClientVersion\":\"1.2.677.0\"}";
  private static final String FROM_AGENT =
      "{\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"1a6b919f-2374-46fc-b20d-cca6bc313ddf\","
          + "\"TokenValue\":\"s3cr3t\",\"ClientInstanceId\":\"mi-0123456789abcdef0\","
          + "\"ClientId\":\"7d838ba6-43c5-4001-ac8f-052598f16634\"}";
  private static final String CONTROL =
      "{\"Cookie\":null,\"MessageSchemaVersion\":\"1.0\",\"RequestId\":\"r\","
          + "\"TokenValue\":\"s3cr3t\",\"AgentVersion\":\"3.3.1142.0\",\"PlatformType\":\"linux\"}";

  /** MUST 35. */
  @Test
  void bothEndsWriteWhatTheOfficialOnesDo() throws Exception {
    OpenDataChannel client = OpenDataChannel.parse(UTF_8.encode(FROM_CLIENT));
    OpenDataChannel agent = OpenDataChannel.parse(UTF_8.encode(FROM_AGENT));

    assertThat(client.toJson()).isEqualTo(FROM_CLIENT);
    assertThat(client.claimedSide()).isEqualTo(Side.CLIENT);
    assertThat(agent.toJson()).isEqualTo(FROM_AGENT);
    assertThat(agent.claimedSide()).isEqualTo(Side.AGENT);
    assertThat(
            OpenDataChannel.fromClient(
                    client.requestId(), "s3cr3t", client.clientId(), "1.2.677.0", List.of())
                .toJson())
        .isEqualTo(FROM_CLIENT);
    assertThat(
            OpenDataChannel.fromClient(
                    client.requestId(),
                    "s3cr3t",
                    client.clientId(),
                    "1.2.677.0",
                    List.of(Extension.RESUME_TOKEN))
                .toJson())
        .isEqualTo(FROM_CLIENT.replaceFirst("}$", ",\"PosternExtensions\":[\"resume-token\"]}"));
    assertThat(
            OpenDataChannel.fromAgent(
                agent.requestId(), "s3cr3t", agent.clientId(), "mi-0123456789abcdef0", List.of()))
        .isEqualTo(agent);
  }

  /** MUST 4. */
  @Test
  void onlyTheTokenIsRequired() throws Exception {
    assertThat(OpenDataChannel.parse(UTF_8.encode("{\"TokenValue\":\"t\"}")).tokenValue())
        .isEqualTo("t");
    for (String text : new String[] {"{}", "{\"TokenValue\":\"\"}", "{\"TokenValue\":1}", "t"}) {
      assertThatThrownBy(() -> OpenDataChannel.parse(UTF_8.encode(text)))
          .isInstanceOf(MalformedMessageException.class);
      assertThatThrownBy(() -> OpenControlChannel.parse(UTF_8.encode(text)))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void controlChannelIsOpenedLikeByTheOfficialAgent() throws Exception {
    OpenControlChannel open = OpenControlChannel.parse(UTF_8.encode(CONTROL));

    assertThat(open.agentVersion()).isEqualTo("3.3.1142.0");
    assertThat(open.toJson()).isEqualTo(CONTROL);
  }

  @Test
  void tokensAreNotInTheText() throws Exception {
    assertThat(OpenDataChannel.parse(UTF_8.encode(FROM_AGENT)).toString()).doesNotContain("s3cr3t");
    assertThat(OpenControlChannel.parse(UTF_8.encode(CONTROL)).toString()).doesNotContain("s3cr3t");
  }
}
