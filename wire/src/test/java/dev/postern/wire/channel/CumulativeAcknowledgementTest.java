package dev.postern.wire.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CumulativeAcknowledgementTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final CumulativeAcknowledgement pending = new CumulativeAcknowledgement();

  private void consume(long first, int count, int payloadBytes) {
    for (int i = 0; i < count; i++) {
      ByteBuffer payload = ByteBuffer.allocate(payloadBytes);
      pending.consumed(
          AgentMessage.stream(
              Side.AGENT, first + i, 1, new UUID(1, 2), PayloadType.OUTPUT, payload),
          START);
    }
  }

  @Test
  void nothingConsumedNeedsNone() {
    assertThat(pending.isPending()).isFalse();
    assertThat(pending.isDue(Instant.MAX)).isFalse();
    assertThat(pending.take()).isNull();
  }

  @Test
  void waitsAShortTimeForMoreAndNamesTheLatest() {
    consume(7, 2, 10);

    assertThat(pending.isPending()).isTrue();
    assertThat(pending.isDue(START.plusMillis(4))).isFalse();
    assertThat(pending.isDue(START.plus(CumulativeAcknowledgement.DELAY_MAX))).isTrue();
    assertThat(pending.take())
        .isNotNull()
        .matches(acknowledge -> acknowledge.acknowledgedMessageSequenceNumber() == 8);
    assertThat(pending.isPending()).isFalse();
  }

  @Test
  void manyMessagesOrBytesDoNotWait() {
    consume(0, CumulativeAcknowledgement.MESSAGES_MAX - 1, 1);
    assertThat(pending.isDue(START)).isFalse();
    consume(40, 1, 1);
    assertThat(pending.isDue(START)).isTrue();

    assertThat(pending.take()).isNotNull();
    consume(50, 1, CumulativeAcknowledgement.BYTES_MAX - 1);
    assertThat(pending.isDue(START)).isFalse();
    consume(51, 1, 1);
    assertThat(pending.isDue(START)).isTrue();
  }

  @Test
  void clockThatWasSetBackDoesNotHoldItUp() {
    consume(0, 1, 1);

    assertThat(pending.isDue(START.minusSeconds(3600))).isTrue();
  }
}
