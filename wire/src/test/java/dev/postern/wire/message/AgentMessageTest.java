package dev.postern.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
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

  @Test
  void everyTruncationBelowTheHeaderIsRefused() {
    byte[] whole = GoldenVectors.named("acknowledge").bytes().array();

    for (int length = 0; length < EncodedMessage.OVERHEAD; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatThrownBy(() -> AgentMessage.decode(cut))
          .as("length %d", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void clientRefusesEveryTruncationOfAPayloadByItsDigest() {
    byte[] whole = GoldenVectors.named("acknowledge").bytes().array();

    for (int length = EncodedMessage.OVERHEAD; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatThrownBy(() -> AgentMessage.decodeAsClient(cut))
          .as("length %d", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  /** MUST 39. */
  @Test
  void clientNeverValidatesStartAndPausePublication() throws Exception {
    for (String type : List.of(MessageType.START_PUBLICATION, MessageType.PAUSE_PUBLICATION)) {
      byte[] bytes = GoldenVectors.named(type.replace('_', '-')).bytes().array();
      ByteBuffer nonsense = ByteBuffer.wrap(bytes).putInt(0, 0).putLong(40, 0).putInt(116, 99);
      nonsense.put(80, new byte[32]);

      assertThat(AgentMessage.decodeAsClient(nonsense).messageType()).isEqualTo(type);
      assertThat(AgentMessage.decodeAsClient(ByteBuffer.wrap(bytes).putInt(116, 99)).payload())
          .isEqualTo(ByteBuffer.allocate(0));
      assertThatThrownBy(() -> AgentMessage.decode(nonsense))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void digestOfAMessageThatClaimsNoPayloadIsNotChecked() throws Exception {
    ByteBuffer bytes = GoldenVectors.named("bad-digest").bytes().putInt(116, 0);

    assertThat(AgentMessage.decodeAsClient(bytes).payload().remaining()).isEqualTo(5);
  }

  @Test
  void typeThatIsEmptyOrNotAsciiIsRefused() {
    for (byte[] type : new byte[][] {new byte[32], {'a', (byte) 0xe9}, {'a', ' ', 'b'}, {1}}) {
      byte[] bytes = GoldenVectors.named("acknowledge").bytes().array();
      Arrays.fill(bytes, 4, 36, (byte) ' ');
      System.arraycopy(type, 0, bytes, 4, type.length);

      assertThatThrownBy(() -> AgentMessage.decode(ByteBuffer.wrap(bytes)))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void messageThatPeersWouldRefuseCannotBeMade() {
    UUID id = new UUID(1, 2);
    ByteBuffer payload = ByteBuffer.allocate(1);

    for (String type : List.of("", "a b", "x".repeat(33), "\u00e9")) {
      assertThatThrownBy(() -> AgentMessage.onDataChannel(type, 1, id, payload))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> AgentMessage.onDataChannel(MessageType.ACKNOWLEDGE, 0, id, payload))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void messageIdsAreRandomUuids() {
    UUID id = AgentMessage.newMessageId(new SplittableRandom(1));

    assertThat(id.version()).isEqualTo(4);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id).isNotEqualTo(AgentMessage.newMessageId(new SplittableRandom(2)));
  }

  @Test
  void contentIsNotInTheText() throws Exception {
    AgentMessage message = AgentMessage.decode(GoldenVectors.named("bad-digest").bytes());

    assertThat(message.toString())
        .isEqualTo("AgentMessage[output_stream_data, sequence 3, payload type 1, 5 bytes]");
  }
}
