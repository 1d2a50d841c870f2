package dev.postern.transport;

import static dev.postern.transport.DataChannelEnd.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.channel.CumulativeAcknowledgement;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.control.AgentSessionState;
import dev.postern.wire.handshake.Extension;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.EncodedMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DataChannelTest {
  private static final Duration PATIENCE = DataChannelEnd.PATIENCE;

  private final DataChannelLink link = new DataChannelLink();

  /** Every message that was put on a connection, in order. */
  private final List<EncodedMessage> seen = Collections.synchronizedList(new ArrayList<>());

  private DataChannelLink.Fate watch(ByteBuffer bytes) {
    try {
      seen.add(EncodedMessage.of(bytes));
      return DataChannelLink.Fate.PASS;
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  private static Predicate<EncodedMessage> stream(Side side, long sequenceNumber) {
    return message ->
        message.messageType().equals(side.streamType())
            && message.sequenceNumber() == sequenceNumber;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void payloadsArriveInOrderWithTheirTypes() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "$ ");
      agent.send(PayloadType.STD_ERR, "oh");
      client.send(PayloadType.OUTPUT, "ls\r");

      assertThat(client.received.take().payloadType()).isEqualTo(PayloadType.OUTPUT);
      assertThat(client.received.take().payloadType()).isEqualTo(PayloadType.STD_ERR);
      assertThat(agent.next()).isEqualTo("ls\r");
      assertThat(agent.channel.drain(PATIENCE)).isTrue();
      assertThat(client.channel.drain(PATIENCE)).isTrue();
    }
  }

  /** MUST 22. */
  @Test
  void acknowledgementHasNumberZeroFlagsThreeAndNamesTheMessage() throws Exception {
    link.filter(this::watch);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "x");
      assertThat(agent.channel.drain(PATIENCE)).isTrue();
      assertThat(client.next()).isEqualTo("x");
    }

    EncodedMessage output = seen.stream().filter(stream(Side.AGENT, 0)).findFirst().orElseThrow();
    EncodedMessage acknowledge =
        seen.stream()
            .filter(message -> message.messageType().equals(MessageType.ACKNOWLEDGE))
            .findFirst()
            .orElseThrow();
    assertThat(acknowledge.sequenceNumber()).isZero();
    assertThat(acknowledge.flags()).isEqualTo(3);
    assertThat(acknowledge.messageId()).isNotEqualTo(output.messageId());
    assertThat(Acknowledge.parse(acknowledge.payload()))
        .isEqualTo(
            new Acknowledge(
                MessageType.OUTPUT_STREAM_DATA, output.messageId().toString(), 0, true, false));
  }

  @Test
  void endsThatAgreedAcknowledgeManyMessagesAtOnce() throws Exception {
    link.filter(this::watch);
    int count = 10 * CumulativeAcknowledgement.MESSAGES_MAX;
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      client.channel.agree(List.of(Extension.CUMULATIVE_ACKS));
      for (int i = 0; i < count; i++) {
        agent.send(PayloadType.OUTPUT, "message " + i);
      }
      assertThat(agent.channel.drain(PATIENCE)).isTrue();
      for (int i = 0; i < count; i++) {
        assertThat(client.next()).isEqualTo("message " + i);
      }
    }

    List<Acknowledge> acknowledges = acknowledges();
    assertThat(acknowledges).allMatch(each -> each.cumulative() || wasRepeated(each));
    assertThat(acknowledges.stream().filter(Acknowledge::cumulative).count())
        .isBetween(1L, count / 2L);
    assertThat(acknowledges.getLast().acknowledgedMessageSequenceNumber()).isEqualTo(count - 1);
  }

  @Test
  void whatIsSentAfterSettlingDoesNotOvertakeAnAcknowledgementThatWaited() throws Exception {
    link.filter(this::watch);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      client.channel.agree(List.of(Extension.CUMULATIVE_ACKS));
      agent.send(PayloadType.OUTPUT, "question");
      assertThat(client.next()).isEqualTo("question");
      assertThat(client.channel.settle(PATIENCE)).isTrue();
      client.send(PayloadType.OUTPUT, "answer");
      assertThat(agent.next()).isEqualTo("answer");
    }

    List<String> fromClient =
        seen.stream()
            .filter(message -> !message.messageType().equals(MessageType.OUTPUT_STREAM_DATA))
            .map(EncodedMessage::messageType)
            .toList();
    assertThat(fromClient).startsWith(MessageType.ACKNOWLEDGE, MessageType.INPUT_STREAM_DATA);
  }

  /** On a machine that stood still for as long as a sender waits. */
  private boolean wasRepeated(Acknowledge acknowledge) {
    long number = acknowledge.acknowledgedMessageSequenceNumber();
    return seen.stream().filter(stream(Side.AGENT, number)).count() > 1;
  }

  private List<Acknowledge> acknowledges() throws MalformedMessageException {
    List<Acknowledge> acknowledges = new ArrayList<>();
    for (EncodedMessage message : seen) {
      if (message.messageType().equals(MessageType.ACKNOWLEDGE)) {
        acknowledges.add(Acknowledge.parse(message.payload()));
      }
    }
    return acknowledges;
  }

  @Test
  void endsThatAgreedSendNoDigestsAndLookAtNone() throws Exception {
    link.filter(this::watch);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "before");
      assertThat(client.next()).isEqualTo("before");
      client.channel.agree(List.of(Extension.NO_DIGESTS, "unknown"));
      agent.channel.agree(List.of(Extension.NO_DIGESTS));

      agent.send(PayloadType.OUTPUT, "after");
      client.send(PayloadType.OUTPUT, "answer");

      assertThat(client.next()).isEqualTo("after");
      assertThat(agent.next()).isEqualTo("answer");
    }
    assertThat(seen.stream().filter(stream(Side.AGENT, 0))).allMatch(EncodedMessage::digestMatches);
    assertThat(seen.stream().filter(stream(Side.AGENT, 1).or(stream(Side.CLIENT, 0))))
        .isNotEmpty()
        .noneMatch(EncodedMessage::digestMatches);
  }

  @Test
  void clientThatDidNotAgreeRefusesMessagesWithoutDigests() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.channel.agree(List.of(Extension.NO_DIGESTS));

      agent.send(PayloadType.OUTPUT, "unproved");

      assertThat(agent.channel.drain(Duration.ofMillis(300))).isFalse();
      assertThat(client.received).isEmpty();
    }
  }

  /** MUST 35. */
  @Test
  void clientSendsNothingBeforeTheFirstOutput() throws Exception {
    link.filter(this::watch);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      client.send(PayloadType.SIZE, "{}");
      assertThat(client.channel.drain(Duration.ofMillis(300))).isFalse();
      assertThat(seen).isEmpty();

      agent.send(PayloadType.OUTPUT, "$ ");

      assertThat(agent.next()).isEqualTo("{}");
    }
    assertThat(seen.getFirst()).matches(stream(Side.AGENT, 0));
  }

  /** MUST 26. */
  @Test
  void acknowledgementOfHandshakeResponsePrecedesItsAnswer() throws Exception {
    link.filter(this::watch);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.ready =
          () -> {
            try {
              agent.send(PayloadType.HANDSHAKE_COMPLETE, "complete");
              return true;
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          };
      agent.send(PayloadType.HANDSHAKE_REQUEST, "request");
      assertThat(client.next()).isEqualTo("request");
      client.send(PayloadType.HANDSHAKE_RESPONSE, "response");
      assertThat(client.next()).isEqualTo("complete");
    }

    List<String> fromAgent =
        seen.stream()
            .filter(message -> !stream(Side.CLIENT, 0).test(message))
            .map(message ->
                message.messageType().equals(MessageType.ACKNOWLEDGE)
                    ? StandardCharsets.UTF_8.decode(message.payload()).toString()
                    : message.messageType() + message.sequenceNumber())
            .filter(text -> !text.contains("\"output_stream_data\""))
            // On a slow machine a message is sent again before its acknowledgement is there.
            .distinct()
            .toList();
    assertThat(fromAgent).hasSizeGreaterThanOrEqualTo(3);
    assertThat(fromAgent.get(1)).contains("input_stream_data");
    assertThat(fromAgent.get(2)).isEqualTo("output_stream_data1");
  }

  /** MUST 30. */
  @Test
  void inputForAReceiverThatIsNotReadyIsNotAcknowledgedUntilItIs() throws Exception {
    AtomicBoolean ready = new AtomicBoolean();
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.ready = ready::get;
      agent.send(PayloadType.OUTPUT, "$ ");
      client.send(PayloadType.SIZE, "size");
      client.send(PayloadType.OUTPUT, "ls\r");
      assertThat(client.channel.drain(Duration.ofMillis(300))).isFalse();
      assertThat(agent.received).isEmpty();

      ready.set(true);
      agent.channel.receiverReady();

      assertThat(agent.next(2)).containsExactly("size", "ls\r");
      assertThat(client.channel.drain(PATIENCE)).isTrue();
    }
  }

  /** MUST 33, 42 and 44. */
  @Test
  void bothEndsGoOnWhereTheyWereAfterTheirConnectionsWereCut() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "a");
      assertThat(client.next()).isEqualTo("a");

      link.refuse(true);
      link.cut(Side.AGENT);
      link.cut(Side.CLIENT);
      agent.send(PayloadType.OUTPUT, "b");
      client.send(PayloadType.OUTPUT, "c");
      link.refuse(false);

      assertThat(client.next()).isEqualTo("b");
      assertThat(agent.next()).isEqualTo("c");
      assertThat(agent.channel.drain(PATIENCE)).isTrue();
      assertThat(client.channel.drain(PATIENCE)).isTrue();
    }
  }

  @Test
  void lostMessageIsSentAgainWithTheSameBytes() throws Exception {
    AtomicInteger lost = new AtomicInteger();
    link.filter(bytes -> {
      watch(bytes);
      return stream(Side.AGENT, 1).test(seen.getLast()) && lost.getAndIncrement() == 0
          ? DataChannelLink.Fate.LOSE
          : DataChannelLink.Fate.PASS;
    });
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "a");
      agent.send(PayloadType.OUTPUT, "b");
      agent.send(PayloadType.OUTPUT, "c");

      assertThat(client.next(3)).containsExactly("a", "b", "c");
      assertThat(agent.channel.drain(PATIENCE)).isTrue();
    }
    assertThat(seen.stream().filter(stream(Side.AGENT, 1)).map(EncodedMessage::bytes).distinct())
        .hasSize(1);
  }

  @Test
  void clientDropsAMessageWithAWrongDigestAndTakesTheResentOne() throws Exception {
    AtomicBoolean damaged = new AtomicBoolean();
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      link.filter(bytes -> {
        if (damaged.compareAndSet(false, true)) {
          bytes.put(bytes.limit() - 1, (byte) '!');
        }
        return DataChannelLink.Fate.PASS;
      });
      agent.send(PayloadType.OUTPUT, "abc");

      assertThat(client.next()).isEqualTo("abc");
    }
  }

  @Test
  void unknownTypesWrongDirectionAndPublicationAreIgnored() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "a");
      assertThat(client.next()).isEqualTo("a");
      for (String type :
          List.of("news", MessageType.INPUT_STREAM_DATA, MessageType.PAUSE_PUBLICATION)) {
        link.inject(
            Side.CLIENT, AgentMessage.onDataChannel(type, 1, new UUID(1, 2), bytes("{}")).encode());
      }
      link.inject(Side.CLIENT, bytes("not a message"));
      agent.send(PayloadType.OUTPUT, "b");

      assertThat(client.next()).isEqualTo("b");
    }
  }

  @Test
  void connectionThatBringsNothingButNonsenseIsReplaced() throws Exception {
    try (DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      DataChannelLink.Connection first = awaitConnection(null);
      for (int i = 0; i <= DataChannel.MALFORMED_MESSAGES_MAX; i++) {
        link.inject(Side.CLIENT, bytes("nonsense"));
      }

      assertThat(awaitConnection(first)).isNotSameAs(first);
      assertThat(client.givenUp).isNotDone();
    }
  }

  private DataChannelLink.Connection awaitConnection(DataChannelLink.@Nullable Connection other) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      DataChannelLink.Connection connection = link.connection(Side.CLIENT);
      if (connection != null && connection != other) {
        return connection;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no connection");
  }

  /** MUST 23. */
  @Test
  void statesGoBeforeAllOutputAndAfterIt() throws Exception {
    link.refuse(true);
    link.filter(this::watch);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      agent.send(PayloadType.OUTPUT, "a");
      agent.channel.sendState(AgentSessionState.CONNECTED);
      agent.channel.sendState(AgentSessionState.TERMINATING);
      link.refuse(false);
      assertThat(client.next()).isEqualTo("a");
      assertThat(agent.channel.drain(PATIENCE)).isTrue();
    }

    List<String> fromAgent =
        seen.stream()
            .filter(message -> !message.messageType().equals(MessageType.ACKNOWLEDGE))
            .map(message -> StandardCharsets.UTF_8.decode(message.payload()).toString())
            .distinct()
            .toList();
    assertThat(fromAgent).hasSize(3);
    assertThat(fromAgent.get(0)).contains("Connected");
    assertThat(fromAgent.get(1)).isEqualTo("a");
    assertThat(fromAgent.get(2)).contains("Terminating");
  }

  @Test
  void senderWaitsWhileTheReceiverDoesNotKeepUp() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link);
        DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
      client.ready =
          () -> {
            await(gate);
            return true;
          };
      int total = 300;
      AtomicInteger sent = new AtomicInteger();
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(() -> sendBulk(agent.channel, total, sent));
      assertThatThrownBy(() -> sender.get(1, SECONDS)).isNotNull();
      assertThat(sent.get() * (long) DataChannel.PAYLOAD_BYTES_BULK).isLessThan(4L << 20);

      gate.countDown();

      assertThat(client.nextBytes(total * DataChannel.PAYLOAD_BYTES_BULK)).hasSize(300 << 15);
      sender.get(20, SECONDS);
    }
  }

  @Test
  void whatMustNotWaitGoesAheadOfASenderThatWaits() throws Exception {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link)) {
      int total = 100;
      AtomicInteger sent = new AtomicInteger();
      Thread sender = Thread.ofPlatform().start(() -> sendBulk(agent.channel, total, sent));
      while (sender.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }

      agent.channel.handOnAhead(
          PayloadType.OUTPUT, PayloadBuffer.copyOf(ByteBuffer.wrap(new byte[] {'x'})));

      assertThat(sent.get()).isLessThan(total);
      try (DataChannelEnd client = DataChannelEnd.started(Side.CLIENT, link)) {
        byte[] all = client.nextBytes(total * DataChannel.PAYLOAD_BYTES_BULK + 1);
        int place = new String(all, US_ASCII).indexOf('x');
        assertThat(place).isBetween(0, (total - 1) * DataChannel.PAYLOAD_BYTES_BULK);
        sender.join();
      }
    }
  }

  private static void sendBulk(DataChannel channel, int total, AtomicInteger sent) {
    try {
      for (int i = 0; i < total; i++) {
        channel.send(PayloadType.OUTPUT, ByteBuffer.allocate(DataChannel.PAYLOAD_BYTES_BULK));
        sent.incrementAndGet();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void emptyAndOverlongPayloadsAreRefused() {
    try (DataChannelEnd agent = DataChannelEnd.started(Side.AGENT, link)) {
      assertThatThrownBy(() -> agent.channel.send(1, ByteBuffer.allocate(0)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> agent.channel.send(1, ByteBuffer.allocate(70_000)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
