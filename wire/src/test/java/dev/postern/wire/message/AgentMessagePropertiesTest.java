package dev.postern.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class AgentMessagePropertiesTest {
  @Provide
  Arbitrary<String> types() {
    return Arbitraries.strings().withCharRange('!', '~').ofMinLength(1).ofMaxLength(32);
  }

  @Property
  void whatWasEncodedIsDecodedTheSame(
      @ForAll("types") String type,
      @ForAll long createdDate,
      @ForAll long sequenceNumber,
      @ForAll long flags,
      @ForAll int payloadType,
      @ForAll @Size(max = 2000) byte[] payload)
      throws Exception {
    AgentMessage message =
        new AgentMessage(
            type,
            1,
            createdDate == 0 ? 1 : createdDate,
            sequenceNumber,
            flags,
            new UUID(sequenceNumber * 31, ~flags),
            payloadType,
            ByteBuffer.wrap(payload));

    assertThat(AgentMessage.decode(message.encode())).isEqualTo(message);
    assertThat(AgentMessage.decodeAsClient(message.encode())).isEqualTo(message);
    assertThat(EncodedMessage.of(message.encode()).digestMatches()).isTrue();
  }

  @Property
  void anyBytesAreDecodedOrRefusedNothingElse(
      @ForAll @Size(max = 300) byte[] bytes, @ForAll boolean plausible) {
    if (plausible && bytes.length >= 4) {
      ByteBuffer.wrap(bytes).putInt(0, 116);
    }
    for (Side side : Side.values()) {
      try {
        EncodedMessage.forRelay(ByteBuffer.wrap(bytes), side);
      } catch (MalformedMessageException expected) {
        assertThat(expected).hasMessageNotContaining("\n");
      }
    }
    try {
      AgentMessage message = AgentMessage.decode(ByteBuffer.wrap(bytes));
      assertThat(AgentMessage.decode(message.encode())).isEqualTo(message);
    } catch (MalformedMessageException expected) {
      assertThat(expected).hasMessageNotContaining("\n");
    }
  }

  @Property
  void damagedPayloadIsRefusedByClientsAndTakenByAgents(
      @ForAll @Size(min = 1, max = 200) byte[] payload, @ForAll int position) throws Exception {
    ByteBuffer bytes =
        AgentMessage.stream(Side.AGENT, 0, 1, new UUID(1, 2), 1, ByteBuffer.wrap(payload)).encode();
    int index = EncodedMessage.OVERHEAD + Math.floorMod(position, payload.length);
    bytes.put(index, (byte) ~bytes.get(index));

    assertThat(AgentMessage.decode(bytes).payload().remaining()).isEqualTo(payload.length);
    assertThatThrownBy(() -> AgentMessage.decodeAsClient(bytes))
        .isInstanceOf(MalformedMessageException.class);
  }
}
