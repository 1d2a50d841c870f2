package dev.postern.wire.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutgoingStreamTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final OutgoingStream stream = new OutgoingStream(Side.AGENT, 100, 10_000);

  private static ByteBuffer payload(int bytes) {
    return PayloadBuffer.copyOf(ByteBuffer.allocate(bytes));
  }

  private static ByteBuffer payload(char content) {
    return PayloadBuffer.copyOf(ByteBuffer.wrap(new byte[] {(byte) content}));
  }

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      stream.add(PayloadType.OUTPUT, payload('x'), new UUID(1, 2), START);
    }
  }

  private void addAndSend(int count, Instant now) {
    add(count);
    while (stream.takeUnsent(now) != null) {}
  }

  private static AgentMessage decode(@Nullable ByteBuffer bytes) {
    if (bytes == null) {
      throw new AssertionError("nothing to send");
    }
    try {
      return AgentMessage.decode(bytes);
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Long> numbers(List<ByteBuffer> messages) {
    return messages.stream().map(bytes -> decode(bytes).sequenceNumber()).toList();
  }

  private static Instant at(long millis) {
    return START.plusMillis(millis);
  }

  /** MUST 21. */
  @Test
  void messagesAreNumberedFromZeroWithoutGapsAndOnlyTheFirstIsMarked() {
    add(3);

    List<AgentMessage> sent = new ArrayList<>();
    for (ByteBuffer next = stream.takeUnsent(START);
        next != null;
        next = stream.takeUnsent(START)) {
      sent.add(decode(next));
    }

    assertThat(sent).extracting(AgentMessage::sequenceNumber).containsExactly(0L, 1L, 2L);
    assertThat(sent).extracting(AgentMessage::flags).containsExactly(AgentMessage.FLAG_SYN, 0L, 0L);
  }

  /** MUST 50. */
  @Test
  void messageIsKeptBeforeItIsHandedOutSoThatTheFastestAcknowledgementFindsIt() {
    add(1);
    assertThat(stream.messages()).isEqualTo(1);

    stream.takeUnsent(START);

    assertThat(stream.acknowledge(0, START)).isTrue();
    assertThat(stream.isEmpty()).isTrue();
    assertThat(stream.bytes()).isZero();
  }

  @Test
  void acknowledgementOfAMessageThatWasNeverSentChangesNothing() {
    add(1);

    assertThat(stream.acknowledge(0, START)).isFalse();
    assertThat(stream.acknowledge(7, START)).isFalse();

    assertThat(stream.messages()).isEqualTo(1);
  }

  @Test
  void acknowledgementCountsOnce() {
    addAndSend(2, START);

    assertThat(stream.acknowledge(1, START)).isTrue();
    assertThat(stream.acknowledge(1, START)).isFalse();

    assertThat(stream.messages()).isEqualTo(1);
  }

  @Test
  void windowIsFullByCount() {
    OutgoingStream small = new OutgoingStream(Side.CLIENT, 2, 1 << 20);
    small.add(1, payload(1), new UUID(1, 2), START);
    assertThat(small.hasRoom(1)).isTrue();

    small.add(1, payload(1), new UUID(1, 2), START);

    assertThat(small.hasRoom(1)).isFalse();
  }

  @Test
  void windowIsFullByBytes() {
    OutgoingStream small = new OutgoingStream(Side.CLIENT, 100, 1000);
    small.add(1, payload(500), new UUID(1, 2), START);

    assertThat(small.hasRoom(260)).isTrue();
    assertThat(small.hasRoom(261)).isFalse();
  }

  @Test
  void whatMustNotWaitHasRoomBeyondTheCongestionWindow() {
    OutgoingStream bulk = new OutgoingStream(Side.CLIENT);
    while (bulk.hasRoom(1000)) {
      bulk.add(1, payload(1000), new UUID(1, 2), START);
    }
    assertThat(bulk.bytes()).isLessThanOrEqualTo(CongestionWindow.BYTES_FIRST);

    while (bulk.hasRoomAhead(1000)) {
      bulk.add(1, payload(1000), new UUID(1, 2), START);
    }

    assertThat(bulk.messages()).isLessThanOrEqualTo(OutgoingStream.MESSAGES_MAX);
    assertThat(bulk.bytes()).isBetween(OutgoingStream.BYTES_MAX - 2000, OutgoingStream.BYTES_MAX);
  }

  @Test
  void longMessageFitsIntoAnEmptyWindow() {
    assertThat(new OutgoingStream(Side.CLIENT, 1, 1).hasRoom(100_000)).isTrue();
  }

  @Test
  void addingToAFullWindowIsAnError() {
    OutgoingStream small = new OutgoingStream(Side.CLIENT, 1, 1000);
    small.add(1, payload(1), new UUID(1, 2), START);

    assertThatThrownBy(() -> small.add(1, payload(1), new UUID(1, 2), START))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void payloadIsHandedOnWithItsHeaderBeforeIt() {
    ByteBuffer payload = payload('a');
    stream.add(PayloadType.OUTPUT, payload, new UUID(1, 2), START);

    payload.put(payload.position(), (byte) 'b');
    assertThat(decode(stream.takeUnsent(START)).payload())
        .isEqualTo(ByteBuffer.wrap(new byte[] {'b'}));
  }

  @Test
  void payloadWithoutRoomForAHeaderTakesNoNumber() {
    assertThatThrownBy(() -> stream.add(1, ByteBuffer.allocate(1), new UUID(1, 2), START))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(stream.nextSequenceNumber()).isZero();
    assertThat(stream.isEmpty()).isTrue();
  }

  @Test
  void firstTimeoutIs200Milliseconds() {
    addAndSend(1, START);

    assertThat(stream.takeDue(at(199))).isEmpty();
    assertThat(numbers(stream.takeDue(at(200)))).containsExactly(0L);
  }

  @Test
  void timeoutFollowsTheMeasuredRoundTrips() {
    addAndSend(1, START);
    stream.acknowledge(0, at(20));

    // Variation 3/4*0 + 1/4*|100-20| = 20, smoothed 7/8*100 + 1/8*20 = 90, timeout 90 + 4*20.
    assertThat(stream.retransmissionTimeout()).isEqualTo(Duration.ofMillis(170));
  }

  @Test
  void timeoutNeverExceedsOneSecond() {
    addAndSend(1, START);
    stream.acknowledge(0, at(60_000));

    assertThat(stream.retransmissionTimeout()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void clockThatGoesBackCostsOneResendAndSaysNothingOfTheRoundTrip() {
    addAndSend(2, START);
    Duration before = stream.retransmissionTimeout();

    assertThat(stream.takeDue(at(-5000))).hasSize(1);
    assertThat(stream.takeDue(at(-5000))).isEmpty();
    stream.acknowledge(1, at(-6000));

    assertThat(stream.retransmissionTimeout()).isEqualTo(before);
  }

  @Test
  void resentMessageIsTheSameBytesAndWaitsAFullTimeoutAgain() {
    add(1);
    ByteBuffer first = stream.takeUnsent(START);

    List<ByteBuffer> again = stream.takeDue(at(250));

    assertThat(again).containsExactly(first);
    assertThat(stream.takeDue(at(449))).isEmpty();
    assertThat(stream.takeDue(at(450))).hasSize(1);
  }

  @Test
  void allOvertakenMessagesAreDueAtOnce() {
    addAndSend(5, START);
    stream.acknowledge(4, at(100));
    long timeout = stream.retransmissionTimeout().toMillis();

    assertThat(stream.takeDue(at(timeout - 1))).isEmpty();
    assertThat(numbers(stream.takeDue(at(timeout + 1)))).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void acknowledgementsThatKeepComingPostponeWhatIsStillUnderWay() {
    addAndSend(20, START);

    for (int i = 0; i < 10; i++) {
      stream.acknowledge(i, at(500L * (i + 1)));
      assertThat(stream.takeDue(at(500L * (i + 1) + 100))).isEmpty();
    }
  }

  @Test
  void silentPathIsProbedWithTheOldestBeforeEverythingIsResent() {
    addAndSend(3, START);

    assertThat(numbers(stream.takeDue(at(200)))).containsExactly(0L);
    assertThat(numbers(stream.takeDue(at(400)))).containsExactly(0L, 1L, 2L);
    assertThat(numbers(stream.takeDue(at(600)))).containsExactly(0L);
    assertThat(numbers(stream.takeDue(at(800)))).containsExactly(0L, 1L, 2L);
  }

  @Test
  void answeredProbeBringsTheRestOfALostWindow() {
    addAndSend(50, START);
    stream.takeDue(at(200));
    stream.acknowledge(0, at(210));

    assertThat(stream.takeDue(at(400))).hasSize(49);
  }

  /** MUST 33. */
  @Test
  void acknowledgementOfManyFreesAllBeforeItThatWereSent() {
    addAndSend(5, START);
    add(1);

    assertThat(stream.acknowledgeUpTo(2, at(1))).isTrue();
    assertThat(stream.messages()).isEqualTo(3);
    assertThat(stream.acknowledgeUpTo(2, at(2))).isFalse();
    assertThat(stream.acknowledgeUpTo(100, at(3))).isTrue();

    assertThat(stream.messages()).isEqualTo(1);
    assertThat(decode(stream.takeUnsent(at(4))).sequenceNumber()).isEqualTo(5);
    assertThat(stream.acknowledgeUpTo(Long.MAX_VALUE, at(5))).isTrue();
    assertThat(stream.isEmpty()).isTrue();
    assertThat(stream.bytes()).isZero();
  }

  @Test
  void newConnectionGetsTheWholeUnacknowledgedWindowInOrder() {
    addAndSend(4, START);
    stream.acknowledge(1, at(10));
    add(1);

    stream.replayAll();

    List<Long> sent = new ArrayList<>();
    for (ByteBuffer next = stream.takeUnsent(at(20));
        next != null;
        next = stream.takeUnsent(at(20))) {
      sent.add(decode(next).sequenceNumber());
    }
    assertThat(sent).containsExactly(0L, 2L, 3L, 4L);
  }

  @Test
  void messageAcknowledgedWhileItWaitsForItsReplayIsNotSentAgain() {
    addAndSend(2, START);
    stream.replayAll();
    stream.acknowledge(0, at(10));

    assertThat(stream.hasUnsent()).isTrue();
    assertThat(decode(stream.takeUnsent(at(10))).sequenceNumber()).isEqualTo(1);
    assertThat(stream.hasUnsent()).isFalse();
  }

  @Test
  void messagesThatWaitForTheirReplayAreNotDue() {
    addAndSend(2, START);
    stream.replayAll();

    assertThat(stream.takeDue(at(60_000))).isEmpty();
  }

  /** MUST 42. */
  @Test
  void numbersGoOnAfterAReplay() {
    addAndSend(2, START);
    stream.replayAll();

    assertThat(stream.add(1, payload('x'), new UUID(1, 2), at(5))).isEqualTo(2);
  }
}
