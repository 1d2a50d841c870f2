package dev.postern.wire.channel;

import static dev.postern.wire.channel.IncomingStream.Arrival.ACKNOWLEDGE;
import static dev.postern.wire.channel.IncomingStream.Arrival.PENDING;
import static dev.postern.wire.channel.IncomingStream.Arrival.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IncomingStreamTest {
  private final IncomingStream stream = new IncomingStream(10, 10_000);

  private static AgentMessage message(long sequenceNumber) {
    return message(sequenceNumber, PayloadType.OUTPUT, 1);
  }

  private static AgentMessage message(long sequenceNumber, int payloadType, int length) {
    return AgentMessage.stream(
        Side.CLIENT,
        sequenceNumber,
        1,
        new UUID(1, sequenceNumber),
        payloadType,
        ByteBuffer.allocate(length));
  }

  private List<Long> consumeAll() {
    List<Long> consumed = new ArrayList<>();
    for (AgentMessage next = stream.next(); next != null; next = stream.next()) {
      consumed.add(next.sequenceNumber());
      stream.consumed();
    }
    return consumed;
  }

  @Test
  void messageInItsTurnIsAcknowledgedWhenConsumed() {
    assertThat(stream.offer(message(0))).isEqualTo(PENDING);

    assertThat(stream.consumed()).isTrue();
    assertThat(stream.expected()).isEqualTo(1);
  }

  /** MUST 37. */
  @Test
  void earlyMessagesAreAcknowledgedStoredAndConsumedInOrder() {
    assertThat(stream.offer(message(2))).isEqualTo(ACKNOWLEDGE);
    assertThat(stream.offer(message(1))).isEqualTo(ACKNOWLEDGE);
    assertThat(stream.next()).isNull();

    assertThat(stream.offer(message(0))).isEqualTo(PENDING);

    assertThat(consumeAll()).containsExactly(0L, 1L, 2L);
  }

  @Test
  void earlyMessageIsNotAcknowledgedASecondTimeWhenConsumed() {
    stream.offer(message(1));
    stream.offer(message(0));
    stream.consumed();

    assertThat(stream.consumed()).isFalse();
  }

  /** MUST 22 and the SHOULD of MUST 37. */
  @Test
  void duplicatesAreAcknowledgedAgainAndNotConsumedTwice() {
    stream.offer(message(0));
    consumeAll();
    stream.offer(message(2));

    assertThat(stream.offer(message(0))).isEqualTo(ACKNOWLEDGE);
    assertThat(stream.offer(message(2))).isEqualTo(ACKNOWLEDGE);

    assertThat(stream.next()).isNull();
    assertThat(stream.messages()).isEqualTo(1);
  }

  /** MUST 30. */
  @Test
  void messageWhoseReceiverIsNotReadyIsNeitherAcknowledgedNorForgotten() {
    assertThat(stream.offer(message(0))).isEqualTo(PENDING);
    assertThat(stream.offer(message(0))).isEqualTo(PENDING);

    assertThat(stream.messages()).isEqualTo(1);
    assertThat(consumeAll()).containsExactly(0L);
  }

  @Test
  void followersOfAMessageThatWaitsForItsReceiverWaitForTheirAcknowledgementToo() {
    stream.offer(message(0));

    assertThat(stream.offer(message(1))).isEqualTo(PENDING);
    assertThat(stream.offer(message(1))).isEqualTo(PENDING);

    stream.consumed();
    assertThat(stream.consumed()).isTrue();
  }

  @Test
  void messageAfterAFilledGapIsInItsTurnAgain() {
    stream.offer(message(1));
    stream.offer(message(0));

    assertThat(stream.offer(message(2))).isEqualTo(PENDING);
  }

  /** MUST 26: the acknowledgement of HandshakeResponse precedes HandshakeComplete. */
  @Test
  void handshakeIsAcknowledgedBeforeItIsProcessed() {
    assertThat(stream.offer(message(0, PayloadType.HANDSHAKE_RESPONSE, 10))).isEqualTo(ACKNOWLEDGE);

    assertThat(stream.next()).isNotNull();
    assertThat(stream.consumed()).isFalse();
  }

  @Test
  void storeIsBoundedByCount() {
    for (int i = 1; i <= 10; i++) {
      assertThat(stream.offer(message(i))).isEqualTo(ACKNOWLEDGE);
    }

    assertThat(stream.offer(message(11))).isEqualTo(REFUSED);
    assertThat(stream.offer(message(0))).isEqualTo(PENDING);
    assertThat(consumeAll()).hasSize(11);
  }

  @Test
  void storeIsBoundedByBytes() {
    stream.offer(message(1, PayloadType.OUTPUT, 9000));

    assertThat(stream.offer(message(2, PayloadType.OUTPUT, 9000))).isEqualTo(REFUSED);
    assertThat(stream.offer(message(0, PayloadType.OUTPUT, 9000))).isEqualTo(PENDING);
  }

  @Test
  void roomComesBackWhenMessagesAreConsumed() {
    stream.offer(message(1, PayloadType.OUTPUT, 9000));
    stream.offer(message(0));
    consumeAll();

    assertThat(stream.offer(message(3, PayloadType.OUTPUT, 9000))).isEqualTo(ACKNOWLEDGE);
  }

  @Test
  void numbersFarAheadOrNegativeAreRefused() {
    assertThat(stream.offer(message(Long.MAX_VALUE))).isEqualTo(REFUSED);
    assertThat(stream.offer(message(-1))).isEqualTo(REFUSED);
    assertThat(stream.offer(message(Long.MIN_VALUE))).isEqualTo(REFUSED);
  }

  @Test
  void nothingCanBeConsumedBeforeItCame() {
    assertThatThrownBy(stream::consumed).isInstanceOf(IllegalStateException.class);
  }
}
