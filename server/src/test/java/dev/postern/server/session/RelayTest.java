package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.server.listener.WebSocketMessage;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayTest {
  private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");

  private final Counts counts = new Counts();
  private final List<HeapMessage> made = new ArrayList<>();
  private Relay relay = relay(false);
  private final Wire agent = new Wire();
  private final Wire client = new Wire();
  private long now = 1_000_000_000L;

  private Relay relay(boolean restored) {
    return new Relay(new OwnMessages(() -> START, new Random(1)), counts, restored);
  }

  @AfterEach
  void everythingIsReleased() {
    relay.discard();
    for (HeapMessage message : made) {
      assertEquals(0, message.references());
    }
  }

  /** Remembers what was sent, as words: o3 output 3, i3 input 3, a3 an acknowledgement of 3. */
  private final class Wire implements Outlet {
    private final List<String> sent = new ArrayList<>();
    private boolean writable = true;

    @Override
    public boolean isWritable() {
      return writable;
    }

    @Override
    public void send(WebSocketMessage message) {
      sent.add(word(message.view()));
      message.release();
    }

    @Override
    public void send(ByteBuffer bytes) {
      sent.add("own:" + word(bytes));
    }

    List<String> take() {
      relay.pump(now);
      List<String> words = List.copyOf(sent);
      sent.clear();
      return words;
    }
  }

  private static String word(ByteBuffer bytes) {
    try {
      AgentMessage message = AgentMessage.decode(bytes);
      return switch (message.messageType()) {
        case MessageType.OUTPUT_STREAM_DATA -> "o" + message.sequenceNumber();
        case MessageType.INPUT_STREAM_DATA -> "i" + message.sequenceNumber();
        case MessageType.ACKNOWLEDGE ->
            "a" + Acknowledge.parse(message.payload()).acknowledgedMessageSequenceNumber();
        default -> message.messageType();
      };
    } catch (MalformedMessageException malformed) {
      throw new AssertionError(malformed);
    }
  }

  private void receive(Side from, ByteBuffer bytes) throws MalformedMessageException {
    HeapMessage message = new HeapMessage(bytes);
    made.add(message);
    relay.receive(from, message, now);
    relay.pump(now);
  }

  private void stream(Side from, long number) throws MalformedMessageException {
    stream(from, number, PayloadType.OUTPUT, ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  private void stream(Side from, long number, int payloadType, ByteBuffer payload)
      throws MalformedMessageException {
    UUID id = new UUID(0x4000L, 0x8000000000000000L | number);
    receive(from, AgentMessage.stream(from, number, 1, id, payloadType, payload).encode());
  }

  private void acknowledge(Side from, long number) throws MalformedMessageException {
    Acknowledge content =
        new Acknowledge(from.peer().streamType(), new UUID(1, number).toString(), number, true);
    receive(
        from,
        AgentMessage.onDataChannel(
                MessageType.ACKNOWLEDGE, 1, new UUID(2, number), content.toPayload())
            .encode());
  }

  private void attach(Side side) {
    relay.attach(side, side == AGENT ? agent : client, now);
    relay.pump(now);
  }

  private void pass(Duration duration) {
    now += duration.toNanos();
  }

  private void attachBoth() {
    attach(AGENT);
    attach(CLIENT);
  }

  @Test
  void bytesAreForwardedUnchangedAndInOrder() throws Exception {
    List<ByteBuffer> arrived = new ArrayList<>();
    relay.attach(
        CLIENT,
        new Outlet() {
          @Override
          public boolean isWritable() {
            return true;
          }

          @Override
          public void send(WebSocketMessage message) {
            arrived.add(message.view());
            message.release();
          }

          @Override
          public void send(ByteBuffer bytes) {
            throw new AssertionError("nothing of our own");
          }
        },
        now);
    byte[] badDigest =
        AgentMessage.stream(AGENT, 0, 5, new UUID(1, 2), 77, ByteBuffer.wrap(new byte[1000]))
            .encode()
            .array()
            .clone();
    badDigest[85] ^= 1;

    receive(AGENT, ByteBuffer.wrap(badDigest));

    assertEquals(List.of(ByteBuffer.wrap(badDigest)), arrived);
  }

  @Test
  void dataAndAcknowledgementsOfOneSenderKeepTheirOrder() throws Exception {
    attachBoth();
    stream(CLIENT, 0);
    stream(AGENT, 0);
    acknowledge(AGENT, 0);
    stream(AGENT, 1);

    assertEquals(List.of("o0", "a0", "o1"), client.take());
    assertEquals(List.of("i0"), agent.take());
  }

  @Test
  void whatArrivesBeforeTheReceiverWaitsForIt() throws Exception {
    attach(AGENT);
    stream(AGENT, 0);
    stream(AGENT, 1);

    attach(CLIENT);

    assertEquals(List.of("o0", "o1"), client.take());
  }

  @Test
  void duplicateIsForwardedOnlyWhenItsAcknowledgementIsLate() throws Exception {
    attachBoth();
    stream(AGENT, 0);
    pass(Duration.ofMillis(200));
    stream(AGENT, 0);
    assertEquals(List.of("o0"), client.take());

    pass(Duration.ofMillis(1));
    stream(AGENT, 0);

    assertEquals(List.of("o0"), client.take());
  }

  @Test
  void acknowledgedDuplicateIsAcknowledgedByUsAndNotForwarded() throws Exception {
    attachBoth();
    stream(AGENT, 0);
    acknowledge(CLIENT, 0);
    assertEquals(List.of("o0"), client.take());
    assertEquals(List.of("a0"), agent.take());

    stream(AGENT, 0);
    stream(AGENT, 0);

    assertEquals(List.of("own:a0", "own:a0"), agent.take());
    assertEquals(List.of(), client.take());
    assertEquals(2, counts.repeatedAcknowledgements.sum());
  }

  @Test
  void newConnectionGetsTheWholeWindowFirst() throws Exception {
    attachBoth();
    for (int i = 0; i < 5; i++) {
      stream(AGENT, i);
    }
    acknowledge(CLIENT, 0);
    acknowledge(CLIENT, 3);
    client.take();
    relay.to(CLIENT).detach();
    stream(AGENT, 5);
    stream(CLIENT, 0);
    acknowledge(AGENT, 0);
    stream(AGENT, 6);

    attach(CLIENT);

    assertEquals(List.of("o1", "o2", "o4", "o5", "a0", "o6"), client.take().subList(0, 6));
  }

  @Test
  void acknowledgementsThatMayBeLostAreRepeatedToANewConnection() throws Exception {
    attachBoth();
    stream(AGENT, 0);
    acknowledge(CLIENT, 0);
    agent.take();
    relay.to(AGENT).detach();

    attach(AGENT);
    assertEquals(List.of("own:a0"), agent.take());

    relay.to(AGENT).detach();
    pass(Duration.ofSeconds(31));
    attach(AGENT);
    assertEquals(List.of(), agent.take());
  }

  @Test
  void replayedMessageThatALaterAcknowledgementPassedWasConsumed() throws Exception {
    attachBoth();
    stream(AGENT, 0);
    acknowledge(CLIENT, 0);
    stream(AGENT, 1);
    stream(AGENT, 2);
    relay.to(CLIENT).detach();
    attach(CLIENT);
    stream(AGENT, 3);
    assertEquals(List.of("o0", "o1", "o2", "o1", "o2", "o3"), client.take());
    agent.take();

    acknowledge(CLIENT, 3);

    assertEquals(List.of("a3", "own:a1", "own:a2"), agent.take());
    assertTrue(relay.to(CLIENT).isDrained());
  }

  @Test
  void nothingIsImpliedBeforeTheFirstOutputAfterTheHandshakeWasAcknowledged() throws Exception {
    attachBoth();
    stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.NON_INTERACTIVE_COMMANDS));
    acknowledge(CLIENT, 0);
    stream(AGENT, 1);
    stream(AGENT, 2, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    relay.to(CLIENT).detach();
    attach(CLIENT);
    agent.take();

    acknowledge(CLIENT, 2);

    assertEquals(List.of("a2"), agent.take());
    assertFalse(relay.to(CLIENT).isDrained());
  }

  @Test
  void notReplayedMessageIsNeverImplied() throws Exception {
    attachBoth();
    for (int i = 0; i < 3; i++) {
      stream(AGENT, i);
    }
    acknowledge(CLIENT, 0);
    acknowledge(CLIENT, 2);

    assertEquals(List.of("a0", "a2"), agent.take());
    assertFalse(relay.to(CLIENT).isDrained());
  }

  @Test
  void portClientGetsNothingRightAfterHandshakeComplete() throws Exception {
    attachBoth();
    stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.PORT));
    stream(CLIENT, 0);
    stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    acknowledge(AGENT, 0);
    stream(AGENT, 2);
    assertEquals(List.of("o0", "o1"), client.take());
    assertTrue(relay.from(AGENT).pauseLeftNanos(now) > 0);

    pass(Duration.ofMillis(99));
    assertEquals(List.of(), client.take());
    pass(Duration.ofMillis(1));

    assertEquals(List.of("a0", "o2"), client.take());
  }

  @Test
  void otherClientsAreNotHeldBack() throws Exception {
    attachBoth();
    stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.NON_INTERACTIVE_COMMANDS));
    stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    stream(AGENT, 2);

    assertEquals(List.of("o0", "o1", "o2"), client.take());
  }

  private static ByteBuffer request(String sessionType) {
    return new HandshakeRequest(
            "3.3.1142.0",
            List.of(new ClientAction.SessionTypeAction(sessionType, new JsonObject(Map.of()))))
        .toPayload();
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void unwritableReceiverIsNotSentTo() throws Exception {
    attachBoth();
    client.writable = false;
    stream(AGENT, 0);
    stream(AGENT, 1);
    assertEquals(List.of(), client.take());

    client.writable = true;

    assertEquals(List.of("o0", "o1"), client.take());
  }

  @Test
  void fullDirectionStopsItsSenderUntilTheLowMark() throws Exception {
    attachBoth();
    int payload = 64 * 1024;
    long number = 0;
    while (relay.mayRead(AGENT)) {
      stream(AGENT, number++, PayloadType.OUTPUT, ByteBuffer.allocate(payload));
    }
    assertTrue(relay.from(AGENT).bytes() >= RelayDirection.BYTES_MAX);
    assertTrue(relay.from(AGENT).bytes() < RelayDirection.BYTES_MAX + 2L * payload);
    assertTrue(relay.mayRead(CLIENT));

    acknowledge(CLIENT, 0);
    assertFalse(relay.mayRead(AGENT));
    for (long i = 1; i < number / 2; i++) {
      acknowledge(CLIENT, i);
    }

    assertTrue(relay.mayRead(AGENT));
  }

  @Test
  void bothFullAreReadAndRefuseInsteadOfWaitingForEachOther() throws Exception {
    attachBoth();
    ByteBuffer payload = ByteBuffer.allocate(512 * 1024);
    for (int i = 0; i < 40; i++) {
      stream(AGENT, i, PayloadType.OUTPUT, payload.duplicate());
      stream(CLIENT, i, PayloadType.OUTPUT, payload.duplicate());
    }

    assertTrue(relay.mayRead(AGENT));
    assertTrue(relay.mayRead(CLIENT));
    assertTrue(relay.from(AGENT).bytes() <= RelayDirection.REFUSING_BYTES + (1 << 20));
    assertTrue(counts.refusedMessages.sum() > 0);
    acknowledge(CLIENT, 0);
    assertEquals("a0", agent.take().getLast());
  }

  @Test
  void forgedSequenceNumbersAreRefused() throws Exception {
    attachBoth();
    stream(AGENT, -1);
    stream(AGENT, Long.MAX_VALUE);
    stream(AGENT, RelayDirection.AHEAD_MAX + 1);
    stream(AGENT, 0);
    stream(AGENT, 1);

    assertEquals(List.of("o0", "o1"), client.take());
    assertEquals(3, counts.refusedMessages.sum());
  }

  @Test
  void acknowledgementOfWhatWasNeverSentChangesNothing() throws Exception {
    attachBoth();
    acknowledge(CLIENT, 0);
    client.writable = false;
    stream(AGENT, 0);
    acknowledge(CLIENT, 0);
    client.writable = true;

    assertEquals(List.of("o0"), client.take());
  }

  @Test
  void wrongTypesAreDroppedAndCounted() throws Exception {
    attachBoth();
    for (String type :
        List.of(
            MessageType.CHANNEL_CLOSED,
            MessageType.PAUSE_PUBLICATION,
            MessageType.START_PUBLICATION,
            MessageType.INPUT_STREAM_DATA,
            MessageType.AGENT_JOB,
            "made_up")) {
      receive(AGENT, AgentMessage.onDataChannel(type, 1, new UUID(1, 1), text("{}")).encode());
    }
    receive(
        CLIENT,
        AgentMessage.onDataChannel(MessageType.AGENT_SESSION_STATE, 1, new UUID(1, 1), text("{}"))
            .encode());

    assertEquals(List.of(), client.take());
    assertEquals(List.of(), agent.take());
    assertEquals(7, counts.droppedMessages.sum());
  }

  @Test
  void everyTruncationOfTheHeaderIsMalformedAndReleased() {
    byte[] whole =
        AgentMessage.stream(AGENT, 0, 5, new UUID(1, 2), 1, ByteBuffer.allocate(0))
            .encode()
            .array();
    for (int length = 0; length < 120; length++) {
      ByteBuffer part = ByteBuffer.wrap(java.util.Arrays.copyOf(whole, length));
      assertThrows(MalformedMessageException.class, () -> receive(AGENT, part));
    }
  }

  @Test
  void restoredStreamIsLearnedFromItsFirstMessage() throws Exception {
    relay = relay(true);
    attachBoth();
    stream(AGENT, 5000);
    stream(AGENT, 4990);
    acknowledge(CLIENT, 5000);

    assertEquals(List.of("o5000", "o4990"), client.take());
    assertEquals(List.of("a5000"), agent.take());

    stream(AGENT, 5001);
    acknowledge(CLIENT, 5001);

    assertEquals(List.of("a5001", "own:a4990"), agent.take());
  }

  @Test
  void oldestLateMessageCanBeRepeatedByUs() throws Exception {
    attachBoth();
    stream(AGENT, 0);
    stream(AGENT, 1);
    client.take();
    relay.from(AGENT).resendOldest(now, Duration.ofSeconds(1).toNanos());
    assertEquals(List.of(), client.take());

    pass(Duration.ofMillis(1001));
    relay.from(AGENT).resendOldest(now, Duration.ofSeconds(1).toNanos());

    assertEquals(List.of("o0"), client.take());
  }

  @Test
  void gapsAreSeen() throws Exception {
    attachBoth();
    stream(AGENT, 0);
    stream(AGENT, 2);
    acknowledge(CLIENT, 0);
    assertTrue(relay.from(AGENT).hasGaps());

    stream(AGENT, 1);

    assertFalse(relay.from(AGENT).hasGaps());
  }

  @Test
  void randomLossOnEitherConnectionLosesNothing() throws Exception {
    for (int seed = 0; seed < 30; seed++) {
      new LossyRun(seed).run();
    }
  }

  /**
   * An agent that repeats its oldest message and a client that does not acknowledge duplicates.
   * What is under way on a connection when it dies is lost, from some message on.
   */
  private final class LossyRun {
    private static final int TOTAL = 200;
    private final Random random;
    private final boolean[] acknowledgedToAgent = new boolean[TOTAL];
    private final boolean[] stored = new boolean[TOTAL];
    private final ArrayDeque<String> toClient = new ArrayDeque<>();
    private final ArrayDeque<String> toAgent = new ArrayDeque<>();
    private final ArrayDeque<Integer> fromClient = new ArrayDeque<>();
    private int next;

    LossyRun(int seed) {
      random = new Random(seed);
    }

    void run() throws MalformedMessageException {
      relay.discard();
      relay = relay(false);
      attachBoth();
      for (int step = 0; step < 5000 && !isDone(); step++) {
        pass(Duration.ofMillis(20));
        agentSends();
        toClient.addAll(client.take());
        toAgent.addAll(agent.take());
        clientReceives();
        for (int i = random.nextInt(4); i > 0 && !fromClient.isEmpty(); i--) {
          acknowledge(CLIENT, fromClient.remove());
        }
        for (int i = random.nextInt(4); i > 0 && !toAgent.isEmpty(); i--) {
          acknowledgedToAgent[number(toAgent.remove())] = true;
        }
        reconnect();
      }
      assertTrue(isDone());
    }

    private void agentSends() throws MalformedMessageException {
      if (next < TOTAL) {
        stream(AGENT, next++);
      }
      for (int i = 0; i < next; i++) {
        if (!acknowledgedToAgent[i]) {
          stream(AGENT, i);
          return;
        }
      }
    }

    private void clientReceives() {
      for (int i = random.nextInt(4); i > 0 && !toClient.isEmpty(); i--) {
        String word = toClient.remove();
        if (word.startsWith("o") && !stored[number(word)]) {
          stored[number(word)] = true;
          fromClient.add(number(word));
        }
      }
    }

    private static int number(String word) {
      return Integer.parseInt(word.replace("own:", "").substring(1));
    }

    private void reconnect() {
      if (random.nextInt(40) != 0) {
        return;
      }
      Side side = random.nextBoolean() ? AGENT : CLIENT;
      if (side == CLIENT) {
        toClient.clear();
        fromClient.clear();
      } else {
        toAgent.clear();
      }
      relay.to(side).detach();
      attach(side);
    }

    private boolean isDone() {
      for (int i = 0; i < TOTAL; i++) {
        if (!stored[i]) {
          return false;
        }
      }
      return true;
    }
  }
}
