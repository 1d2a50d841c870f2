package dev.postern.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AgentMessageTest {
  static Stream<GoldenVectors.Vector> vectors() {
    return GoldenVectors.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void agentDecodesOrRefusesLikeTheOfficialAgent(GoldenVectors.Vector vector) throws Exception {
    if (!vector.flag("agentAccepts")) {
      assertThatThrownBy(() -> AgentMessage.decode(vector.bytes()))
          .isInstanceOf(MalformedMessageException.class);
      return;
    }

    AgentMessage message = AgentMessage.decode(vector.bytes());

    assertThat(message).isEqualTo(expected(vector));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void clientDecodesOrRefusesLikeTheOfficialPlugin(GoldenVectors.Vector vector) throws Exception {
    if (!vector.flag("pluginAccepts")) {
      assertThatThrownBy(() -> AgentMessage.decodeAsClient(vector.bytes()))
          .isInstanceOf(MalformedMessageException.class);
      return;
    }

    AgentMessage message = AgentMessage.decodeAsClient(vector.bytes());

    assertThat(message).isEqualTo(expected(vector));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void verifiedVectorsAreEncodedByteForByte(GoldenVectors.Vector vector) throws Exception {
    if (!vector.isRoundTripVerified()) {
      return;
    }

    ByteBuffer encoded = AgentMessage.decode(vector.bytes()).encode();

    assertThat(encoded).isEqualTo(vector.bytes());
  }

  private static AgentMessage expected(GoldenVectors.Vector vector) {
    return new AgentMessage(
        vector.text("messageType"),
        (int) vector.number("schemaVersion"),
        vector.number("createdDate"),
        vector.number("sequenceNumber"),
        vector.number("flags"),
        UUID.fromString(vector.text("messageId")),
        (int) vector.number("payloadType"),
        vector.payload());
  }

  @Test
  void interactiveShellOfTheAgentContractIsEncodedByteForByte() {
    AgentMessage message =
        AgentMessage.onControlChannel(
            MessageType.INTERACTIVE_SHELL,
            1767225600000L,
            UUID.fromString("11111111-2222-3333-4444-555555555555"),
            ByteBuffer.wrap(new byte[] {'{', '}'}));

    assertThat(HexFormat.of().formatHex(message.encode().array()))
        .isEqualTo(
            "00000074696e7465726163746976655f7368656c6c202020202020202020202020202020"
                + "000000010000019b76daa8000000000000000000000000000000000044445555555555551111"
                + "11112222333344136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
                + "00000000000000027b7d");
  }
}
