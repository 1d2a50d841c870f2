package dev.postern.wire.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PayloadBufferTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(ByteBuffer payload) {
    return StandardCharsets.US_ASCII.decode(payload.duplicate()).toString();
  }

  @Test
  void payloadThatFillsHalfIsHandedOnAndTheNextIsReadElsewhere() {
    PayloadBuffer buffer = new PayloadBuffer(8);
    buffer.space().put(bytes("abcdefgh"));
    ByteBuffer first = buffer.take();
    buffer.space().put(bytes("ijkl"));
    ByteBuffer second = buffer.take();

    assertThat(text(first)).isEqualTo("abcdefgh");
    assertThat(first.capacity()).isEqualTo(EncodedMessage.OVERHEAD + 8);
    assertThat(text(second)).isEqualTo("ijkl");
    assertThat(second.capacity()).isEqualTo(EncodedMessage.OVERHEAD + 8);
  }

  @Test
  void shortPayloadIsCopiedAndHoldsOnToNoMoreThanItNeeds() {
    PayloadBuffer buffer = new PayloadBuffer(8);
    buffer.space().put(bytes("abc"));
    ByteBuffer first = buffer.take();
    buffer.space().put(bytes("xyz"));
    buffer.take();

    assertThat(text(first)).isEqualTo("abc");
    assertThat(first.capacity()).isEqualTo(EncodedMessage.OVERHEAD + 3);
  }

  @Test
  void everyPayloadTakenCanBecomeAMessageInPlace() throws Exception {
    for (int length = 1; length <= 8; length++) {
      PayloadBuffer buffer = new PayloadBuffer(8);
      String content = "abcdefgh".substring(0, length);
      buffer.space().put(bytes(content));
      ByteBuffer payload = buffer.take();
      AgentMessage message =
          AgentMessage.stream(Side.AGENT, 7, 1, new UUID(1, 2), PayloadType.OUTPUT, payload);

      ByteBuffer encoded = message.encode();
      assertThat(message.encodeInPlace(payload, true)).isEqualTo(encoded);
      assertThat(AgentMessage.decodeAsClient(encoded)).isEqualTo(message);
    }
  }

  @Test
  void prefixBelongsToThePayloadAndNotToItsLength() {
    PayloadBuffer buffer = new PayloadBuffer(8, 2);
    buffer.space().put(bytes("abcdef"));
    assertThat(buffer.length()).isEqualTo(6);
    assertThat(text(buffer.take())).isEqualTo("\0\0abcdef");

    assertThat(buffer.length()).isZero();
    buffer.space().put(bytes("a"));
    buffer.clear();
    assertThat(buffer.length()).isZero();
  }

  @Test
  void copyOfPartsLeavesThemAsTheyWere() {
    ByteBuffer first = ByteBuffer.wrap(bytes("-ab")).position(1);
    ByteBuffer second = ByteBuffer.wrap(bytes("cd"));
    ByteBuffer copy = PayloadBuffer.copyOf(first, second);

    assertThat(text(copy)).isEqualTo("abcd");
    assertThat(copy.position()).isEqualTo(EncodedMessage.OVERHEAD);
    assertThat(first.remaining()).isEqualTo(2);
    assertThat(second.remaining()).isEqualTo(2);
  }
}
