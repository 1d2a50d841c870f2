package dev.postern.wire.message;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedMessageTest {
  private static byte[] output() {
    return GoldenVectors.named("output-exit-code").bytes().array();
  }

  private static byte[] withType(byte[] message, byte[] type) {
    byte[] changed = message.clone();
    Arrays.fill(changed, 4, 36, (byte) 0);
    System.arraycopy(type, 0, changed, 4, type.length);
    return changed;
  }

  static Stream<GoldenVectors.Vector> vectors() {
    return GoldenVectors.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void headerIsReadWithoutDecoding(GoldenVectors.Vector vector) throws Exception {
    EncodedMessage message = EncodedMessage.of(vector.bytes());

    assertThat(message.messageType()).isEqualTo(vector.text("messageType"));
    assertThat(message.sequenceNumber()).isEqualTo(vector.number("sequenceNumber"));
    assertThat(message.flags()).isEqualTo(vector.number("flags"));
    assertThat(message.messageId()).isEqualTo(UUID.fromString(vector.text("messageId")));
    assertThat(message.payloadType()).isEqualTo((int) vector.number("payloadType"));
    assertThat(message.payload()).isEqualTo(vector.payload());
    assertThat(message.digestMatches()).isEqualTo(!vector.name().equals("bad-digest"));
  }

  /** MUST 48. */
  @Test
  void messageIdIsStoredLeastSignificantHalfFirst() {
    byte[] bytes = GoldenVectors.named("input-output-first").bytes().array();

    assertThat(HexFormat.of().formatHex(bytes, 64, 80))
        .isEqualTo("8899aabbccddeeff0011223344554677");
  }

  /** MUST 10. */
  @Test
  void relayRefusesEveryTruncationBelowTheHeader() {
    byte[] whole = output();

    for (int length = 0; length < EncodedMessage.OVERHEAD; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatThrownBy(() -> EncodedMessage.forRelay(cut, Side.AGENT))
          .as("length %d", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  /** MUST 10. */
  @Test
  void relayTakesAnEmptyPayloadAndACutOne() {
    byte[] whole = output();

    for (int length = EncodedMessage.OVERHEAD; length <= whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatCode(() -> EncodedMessage.forRelay(cut, Side.AGENT)).doesNotThrowAnyException();
    }
  }

  /** MUST 10. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 36, 111, 113, 115, 117, 120, 132, Integer.MAX_VALUE, -1, -116})
  void relayRefusesAnyOtherHeaderLength(int headerLength) {
    ByteBuffer bytes = ByteBuffer.wrap(output()).putInt(0, headerLength);

    assertThatThrownBy(() -> EncodedMessage.forRelay(bytes, Side.AGENT))
        .isInstanceOf(MalformedMessageException.class);
  }

  /** MUST 10. */
  @Test
  void relayRefusesTheWrongDirectionAndTypesItDoesNotKnow() {
    assertThatThrownBy(() -> EncodedMessage.forRelay(ByteBuffer.wrap(output()), Side.CLIENT))
        .isInstanceOf(MalformedMessageException.class);
    for (String type :
        new String[] {
          "",
          "news",
          MessageType.CHANNEL_CLOSED,
          MessageType.START_PUBLICATION,
          MessageType.PAUSE_PUBLICATION,
          MessageType.INTERACTIVE_SHELL
        }) {
      byte[] bytes = withType(output(), type.getBytes(US_ASCII));
      assertThatThrownBy(() -> EncodedMessage.forRelay(ByteBuffer.wrap(bytes), Side.AGENT))
          .as(type)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void relayTakesWhatEachSideMaySend() {
    assertThat(Side.AGENT.maySend(MessageType.OUTPUT_STREAM_DATA)).isTrue();
    assertThat(Side.AGENT.maySend(MessageType.ACKNOWLEDGE)).isTrue();
    assertThat(Side.AGENT.maySend(MessageType.AGENT_SESSION_STATE)).isTrue();
    assertThat(Side.AGENT.maySend(MessageType.INPUT_STREAM_DATA)).isFalse();
    assertThat(Side.CLIENT.maySend(MessageType.INPUT_STREAM_DATA)).isTrue();
    assertThat(Side.CLIENT.maySend(MessageType.ACKNOWLEDGE)).isTrue();
    assertThat(Side.CLIENT.maySend(MessageType.AGENT_SESSION_STATE)).isFalse();
  }

  /** MUST 11. */
  @Test
  void relayDoesNotLookAtTheDigest() {
    ByteBuffer bytes = GoldenVectors.named("bad-digest").bytes();

    assertThatCode(() -> EncodedMessage.forRelay(bytes, Side.AGENT)).doesNotThrowAnyException();
  }

  /** MUST 9. */
  @Test
  void relayedBytesAreTheReceivedOnes() throws Exception {
    byte[] whole = output();

    EncodedMessage message = EncodedMessage.forRelay(ByteBuffer.wrap(whole), Side.AGENT);

    assertThat(message.bytes()).isEqualTo(ByteBuffer.wrap(whole));
  }

  /** MUST 39. */
  @Test
  void shortHeaderHasNoPayloadType() throws Exception {
    EncodedMessage message = EncodedMessage.of(GoldenVectors.named("channel-closed-112").bytes());

    assertThat(message.payloadType()).isEqualTo(PayloadType.NONE);
    assertThat(message.payload().get(0)).isEqualTo((byte) '{');
  }

  /** MUST 39. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "acknowledge\0\0\0",
        "\0\0acknowledge",
        "acknowledge   ",
        "\0 acknowledge \0",
        "acknowledge\t\n"
      })
  void nulsAndWhiteSpaceAroundATypeDoNotCount(String field) throws Exception {
    byte[] type = field.getBytes(US_ASCII);

    EncodedMessage message = EncodedMessage.of(ByteBuffer.wrap(withType(output(), type)));

    assertThat(message.messageType()).isEqualTo(MessageType.ACKNOWLEDGE);
  }

  @Test
  void contentIsNotInTheText() throws Exception {
    assertThat(EncodedMessage.of(ByteBuffer.wrap(output())).toString())
        .isEqualTo("EncodedMessage[output_stream_data, 132 bytes]");
  }
}
