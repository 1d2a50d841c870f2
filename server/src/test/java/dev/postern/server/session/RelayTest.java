package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.handshake.ClientAction;
import dev.postern.wire.handshake.HandshakeRequest;
import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayTest {
  private final RelayScript script = new RelayScript();

  @AfterEach
  void everythingIsReleased() {
    script.end();
  }

  @Test
  void bytesAreForwardedUnchangedAndInOrder() throws Exception {
    script.attachBoth();
    byte[] badDigest =
        AgentMessage.stream(AGENT, 0, 5, new UUID(1, 2), 77, ByteBuffer.wrap(new byte[1000]))
            .encode()
            .array()
            .clone();
    badDigest[85] ^= 1;

    script.receive(AGENT, ByteBuffer.wrap(badDigest));

    assertEquals(List.of(ByteBuffer.wrap(badDigest)), script.client.forwarded);
  }

  @Test
  void acknowledgementOfManyIsForwardedOnceAndFreesAllThatWereSent() throws Exception {
    script.attachBoth();
    for (int i = 0; i < 4; i++) {
      script.stream(AGENT, i);
    }
    assertEquals(List.of("o0", "o1", "o2", "o3"), script.client.take());

    script.acknowledgeUpTo(CLIENT, 2);

    assertEquals(List.of("a2"), script.agent.take());
    assertEquals(1, script.relay.from(AGENT).messages());
    // A sender that missed it repeats itself, and the relay answers for the receiver.
    script.stream(AGENT, 1);
    assertEquals(List.of("own:a1"), script.agent.take());
    assertEquals(List.of(), script.client.take());
  }

  @Test
  void acknowledgementOfManyDoesNotFreeWhatTheReceiverWasNeverSent() throws Exception {
    script.attach(AGENT);
    script.stream(AGENT, 0);
    script.stream(AGENT, 1);

    script.acknowledgeUpTo(CLIENT, 1);

    assertEquals(2, script.relay.from(AGENT).messages());
    script.attach(CLIENT);
    assertEquals(List.of("o0", "o1"), script.client.take());
  }

  @Test
  void dataAndAcknowledgementsOfOneSenderKeepTheirOrder() throws Exception {
    script.attachBoth();
    script.stream(CLIENT, 0);
    script.stream(AGENT, 0);
    script.acknowledge(AGENT, 0);
    script.stream(AGENT, 1);

    assertEquals(List.of("o0", "a0", "o1"), script.client.take());
    assertEquals(List.of("i0"), script.agent.take());
  }

  @Test
  void whatArrivesBeforeTheReceiverWaitsForIt() throws Exception {
    script.attach(AGENT);
    script.stream(AGENT, 0);
    script.stream(AGENT, 1);

    script.attach(CLIENT);

    assertEquals(List.of("o0", "o1"), script.client.take());
  }

  @Test
  void duplicateIsForwardedOnlyWhenItsAcknowledgementIsLate() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.pass(Duration.ofMillis(200));
    script.stream(AGENT, 0);
    assertEquals(List.of("o0"), script.client.take());

    script.pass(Duration.ofMillis(1));
    script.stream(AGENT, 0);

    assertEquals(List.of("o0"), script.client.take());
  }

  @Test
  void acknowledgedDuplicateIsAcknowledgedByUsAndNotForwarded() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.acknowledge(CLIENT, 0);
    assertEquals(List.of("o0"), script.client.take());
    assertEquals(List.of("a0"), script.agent.take());

    script.stream(AGENT, 0);
    script.stream(AGENT, 0);

    assertEquals(List.of("own:a0", "own:a0"), script.agent.take());
    assertEquals(List.of(), script.client.take());
    assertEquals(2, script.counts.repeatedAcknowledgements.sum());
  }

  @Test
  void newConnectionGetsTheWholeWindowFirst() throws Exception {
    script.attachBoth();
    for (int i = 0; i < 5; i++) {
      script.stream(AGENT, i);
    }
    script.acknowledge(CLIENT, 0);
    script.acknowledge(CLIENT, 3);
    script.client.take();
    script.relay.to(CLIENT).detach();
    script.stream(AGENT, 5);
    script.stream(CLIENT, 0);
    script.acknowledge(AGENT, 0);
    script.stream(AGENT, 6);

    script.attach(CLIENT);

    assertEquals(List.of("o1", "o2", "o4", "o5", "a0", "o6"), script.client.take().subList(0, 6));
  }

  @Test
  void acknowledgementsThatMayBeLostAreRepeatedToANewConnection() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.acknowledge(CLIENT, 0);
    script.agent.take();
    script.relay.to(AGENT).detach();

    script.attach(AGENT);
    assertEquals(List.of("own:a0"), script.agent.take());

    script.relay.to(AGENT).detach();
    script.pass(Duration.ofSeconds(31));
    script.attach(AGENT);
    assertEquals(List.of(), script.agent.take());
  }

  @Test
  void replayedMessageThatALaterAcknowledgementPassedWasConsumed() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.acknowledge(CLIENT, 0);
    script.stream(AGENT, 1);
    script.stream(AGENT, 2);
    script.relay.to(CLIENT).detach();
    script.attach(CLIENT);
    script.stream(AGENT, 3);
    assertEquals(List.of("o0", "o1", "o2", "o1", "o2", "o3"), script.client.take());
    script.agent.take();

    script.acknowledge(CLIENT, 3);

    assertEquals(List.of("a3", "own:a1", "own:a2"), script.agent.take());
    assertTrue(script.relay.to(CLIENT).isDrained());
  }

  @Test
  void nothingIsImpliedBeforeTheFirstOutputAfterTheHandshakeWasAcknowledged() throws Exception {
    script.attachBoth();
    script.stream(
        AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.NON_INTERACTIVE_COMMANDS));
    script.acknowledge(CLIENT, 0);
    script.stream(AGENT, 1);
    script.stream(AGENT, 2, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    script.relay.to(CLIENT).detach();
    script.attach(CLIENT);
    script.agent.take();

    script.acknowledge(CLIENT, 2);

    assertEquals(List.of("a2"), script.agent.take());
    assertFalse(script.relay.to(CLIENT).isDrained());
  }

  @Test
  void portClientGetsNothingRightAfterHandshakeComplete() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.PORT));
    script.stream(CLIENT, 0);
    script.stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    script.acknowledge(AGENT, 0);
    script.stream(AGENT, 2);
    assertEquals(List.of("o0", "o1"), script.client.take());
    assertTrue(script.relay.from(AGENT).pauseLeftNanos(script.now) > 0);

    script.pass(Duration.ofMillis(99));
    assertEquals(List.of(), script.client.take());
    script.pass(Duration.ofMillis(1));

    assertEquals(List.of("a0", "o2"), script.client.take());
  }

  @Test
  void clientThatTakesAllAtOnceIsNotHeldBack() throws Exception {
    script.client.needsStartPause = false;
    script.attachBoth();
    script.stream(AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.PORT));
    script.stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    script.stream(AGENT, 2);

    assertEquals(List.of("o0", "o1", "o2"), script.client.take());
  }

  @Test
  void otherClientsAreNotHeldBack() throws Exception {
    script.attachBoth();
    script.stream(
        AGENT, 0, PayloadType.HANDSHAKE_REQUEST, request(SessionType.NON_INTERACTIVE_COMMANDS));
    script.stream(AGENT, 1, PayloadType.HANDSHAKE_COMPLETE, text("{}"));
    script.stream(AGENT, 2);

    assertEquals(List.of("o0", "o1", "o2"), script.client.take());
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
    script.attachBoth();
    script.client.writable = false;
    script.stream(AGENT, 0);
    script.stream(AGENT, 1);
    assertEquals(List.of(), script.client.take());

    script.client.writable = true;

    assertEquals(List.of("o0", "o1"), script.client.take());
  }

  @Test
  void fullDirectionStopsItsSenderUntilTheLowMark() throws Exception {
    script.attachBoth();
    int payload = 64 * 1024;
    long number = 0;
    while (script.relay.mayRead(AGENT)) {
      script.stream(AGENT, number++, PayloadType.OUTPUT, ByteBuffer.allocate(payload));
    }
    assertTrue(script.relay.from(AGENT).bytes() >= RelayDirection.BYTES_MAX);
    assertTrue(script.relay.from(AGENT).bytes() < RelayDirection.BYTES_MAX + 2L * payload);
    assertTrue(script.relay.mayRead(CLIENT));

    script.acknowledge(CLIENT, 0);
    assertFalse(script.relay.mayRead(AGENT));
    for (long i = 1; i < number / 2; i++) {
      script.acknowledge(CLIENT, i);
    }

    assertTrue(script.relay.mayRead(AGENT));
  }

  @Test
  void bothFullAreReadAndRefuseInsteadOfWaitingForEachOther() throws Exception {
    script.attachBoth();
    ByteBuffer payload = ByteBuffer.allocate(512 * 1024);
    for (int i = 0; i < 40; i++) {
      script.stream(AGENT, i, PayloadType.OUTPUT, payload.duplicate());
      script.stream(CLIENT, i, PayloadType.OUTPUT, payload.duplicate());
    }

    assertTrue(script.relay.mayRead(AGENT));
    assertTrue(script.relay.mayRead(CLIENT));
    assertTrue(
        script.relay.from(AGENT).bytes()
            <= RelayDirection.BYTES_MAX * RelayDirection.REFUSING_SHARES + (1 << 20));
    assertTrue(script.counts.refusedMessages.sum() > 0);
    script.acknowledge(CLIENT, 0);
    assertEquals("a0", script.agent.take().getLast());
  }

  @Test
  void forgedSequenceNumbersAreRefused() throws Exception {
    script.attachBoth();
    script.stream(AGENT, -1);
    script.stream(AGENT, Long.MAX_VALUE);
    script.stream(AGENT, RelayDirection.AHEAD_MAX + 1);
    script.stream(AGENT, 0);
    script.stream(AGENT, 1);

    assertEquals(List.of("o0", "o1"), script.client.take());
    assertEquals(3, script.counts.refusedMessages.sum());
  }

  @Test
  void acknowledgementOfWhatWasNeverSentChangesNothing() throws Exception {
    script.attachBoth();
    script.acknowledge(CLIENT, 0);
    script.client.writable = false;
    script.stream(AGENT, 0);
    script.acknowledge(CLIENT, 0);
    script.client.writable = true;

    assertEquals(List.of("o0"), script.client.take());
  }

  @Test
  void wrongTypesAreDroppedAndCounted() throws Exception {
    script.attachBoth();
    for (String type :
        List.of(
            MessageType.CHANNEL_CLOSED,
            MessageType.PAUSE_PUBLICATION,
            MessageType.START_PUBLICATION,
            MessageType.INPUT_STREAM_DATA,
            MessageType.AGENT_JOB,
            "made_up")) {
      script.receive(
          AGENT, AgentMessage.onDataChannel(type, 1, new UUID(1, 1), text("{}")).encode());
    }
    script.receive(
        CLIENT,
        AgentMessage.onDataChannel(MessageType.AGENT_SESSION_STATE, 1, new UUID(1, 1), text("{}"))
            .encode());

    assertEquals(List.of(), script.client.take());
    assertEquals(List.of(), script.agent.take());
    assertEquals(7, script.counts.droppedMessages.sum());
  }

  @Test
  void directionHoldsLessWhenOthersHoldMuch() throws Exception {
    script.attachBoth();
    script.client.writable = false;
    script.held.add(HeldBytes.TOTAL_MAX - (1 << 20));
    ByteBuffer payload = ByteBuffer.allocate(64 << 10);
    int number = 0;
    while (script.relay.mayRead(AGENT)) {
      script.stream(AGENT, number++, PayloadType.OUTPUT, payload);
    }
    assertTrue(script.relay.from(AGENT).bytes() < HeldBytes.SHARE_MIN * 3);

    script.held.add(-HeldBytes.TOTAL_MAX / 2);
    script.heldByOthers = HeldBytes.TOTAL_MAX / 2 - (1 << 20);

    assertTrue(script.relay.mayRead(AGENT));
  }

  /** Acknowledgements are kept for their receiver, and read by us. */
  @Test
  void oversizedAcknowledgementIsDroppedUnread() throws Exception {
    script.attachBoth();
    script.stream(CLIENT, 0);
    script.agent.take();
    Acknowledge content = new Acknowledge(CLIENT.streamType(), "id", 0, true, false);
    for (int padding : new int[] {Relay.CONTROL_BYTES_MAX, 0}) {
      script.receive(
          AGENT,
          AgentMessage.onDataChannel(
                  MessageType.ACKNOWLEDGE,
                  1,
                  new UUID(2, 0),
                  text(content.toJson() + " ".repeat(padding)))
              .encode());
    }

    assertEquals(List.of("a0"), script.client.take());
    assertEquals(1, script.counts.droppedMessages.sum());
  }

  @Test
  void everyTruncationOfTheHeaderIsMalformedAndReleased() {
    byte[] whole =
        AgentMessage.stream(AGENT, 0, 5, new UUID(1, 2), 1, ByteBuffer.allocate(0))
            .encode()
            .array();
    for (int length = 0; length < 120; length++) {
      ByteBuffer part = ByteBuffer.wrap(java.util.Arrays.copyOf(whole, length));
      assertThrows(MalformedMessageException.class, () -> script.receive(AGENT, part));
    }
  }

  @Test
  void oldestLateMessageCanBeRepeatedByUs() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.stream(AGENT, 1);
    script.client.take();
    script.relay.from(AGENT).resendOldest(script.now, Duration.ofSeconds(1).toNanos());
    assertEquals(List.of(), script.client.take());

    script.pass(Duration.ofMillis(1001));
    script.relay.from(AGENT).resendOldest(script.now, Duration.ofSeconds(1).toNanos());

    assertEquals(List.of("o0"), script.client.take());
  }

  @Test
  void gapsAreSeen() throws Exception {
    script.attachBoth();
    script.stream(AGENT, 0);
    script.stream(AGENT, 2);
    script.acknowledge(CLIENT, 0);
    assertTrue(script.relay.from(AGENT).hasGaps());

    script.stream(AGENT, 1);

    assertFalse(script.relay.from(AGENT).hasGaps());
  }
}
