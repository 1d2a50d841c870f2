package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import dev.postern.wire.smux.Frame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the relay takes for the use of a session, and what it does not. */
class ActivityTest {
  private static final Duration JUST_BEFORE = Duration.ofMinutes(20).minusSeconds(1);

  private RelayScript script = begin(false);

  private static RelayScript begin(boolean port) {
    RelayScript script = new RelayScript(port);
    script.attachBoth();
    script.limits.onConnected(script.now);
    return script;
  }

  @AfterEach
  void everythingIsReleased() {
    script.end();
  }

  private void carryPort() {
    script.end();
    script = begin(true);
  }

  private void assertUsed() {
    script.pass(JUST_BEFORE);
    assertNull(script.limits.exceeded(script.now));
  }

  private void assertIdle() {
    script.pass(Duration.ofSeconds(1));
    assertNotNull(script.limits.exceeded(script.now));
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void bytesOfEitherSideAreUse(Side side) throws Exception {
    script.pass(JUST_BEFORE);
    script.stream(side, 0);

    assertUsed();
  }

  @ParameterizedTest
  @ValueSource(ints = {PayloadType.OUTPUT, PayloadType.STD_ERR, PayloadType.EXIT_CODE})
  void payloadOfCommandsIsUse(int payloadType) throws Exception {
    script.pass(JUST_BEFORE);
    script.stream(AGENT, 0, payloadType, bytes('x'));

    assertUsed();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        PayloadType.SIZE,
        PayloadType.FLAG,
        PayloadType.HANDSHAKE_REQUEST,
        PayloadType.HANDSHAKE_RESPONSE,
        PayloadType.HANDSHAKE_COMPLETE,
        PayloadType.ENC_CHALLENGE_REQUEST,
        PayloadType.ENC_CHALLENGE_RESPONSE,
        99
      })
  void whatOnlyManagesTheSessionIsNoUse(int payloadType) throws Exception {
    script.pass(JUST_BEFORE);
    script.stream(CLIENT, 0, payloadType, bytes('{', '}'));

    assertIdle();
  }

  @Test
  void messageWithoutPayloadIsNoUse() throws Exception {
    script.pass(JUST_BEFORE);
    script.stream(AGENT, 0, PayloadType.OUTPUT, ByteBuffer.allocate(0));

    assertIdle();
  }

  @Test
  void acknowledgementsAndStatesAreNoUse() throws Exception {
    script.stream(AGENT, 0);
    script.pass(JUST_BEFORE);
    script.acknowledge(CLIENT, 0);
    script.receive(
        AGENT,
        AgentMessage.onDataChannel(
                MessageType.AGENT_SESSION_STATE, 1, new UUID(1, 1), bytes('{', '}'))
            .encode());

    assertIdle();
  }

  @Test
  void repeatedMessageIsNoUse() throws Exception {
    script.stream(AGENT, 0);
    script.stream(CLIENT, 0);
    script.acknowledge(AGENT, 0);
    script.pass(JUST_BEFORE);
    script.stream(AGENT, 0);
    script.stream(CLIENT, 0);

    assertIdle();
  }

  @Test
  void refusedMessageIsNoUse() throws Exception {
    script.pass(JUST_BEFORE);
    script.stream(CLIENT, Long.MAX_VALUE);

    assertIdle();
  }

  @Test
  void signsOfLifeOfAPortAreNoUse() throws Exception {
    carryPort();
    script.pass(JUST_BEFORE);
    script.stream(AGENT, 0, PayloadType.OUTPUT, nops(1));
    script.stream(CLIENT, 0, PayloadType.OUTPUT, nops(Activity.NOP_BYTES_MAX / 8));

    assertIdle();
  }

  @Test
  void signOfLifeBesideAnotherFrameIsUse() throws Exception {
    carryPort();
    script.pass(JUST_BEFORE);
    ByteBuffer nop = nops(1);
    ByteBuffer open = Frame.encode(new Frame.Open(3));
    script.stream(CLIENT, 0, PayloadType.OUTPUT, ByteBuffer.allocate(16).put(nop).put(open).flip());

    assertUsed();
  }

  @Test
  void cutSignOfLifeIsUse() throws Exception {
    carryPort();
    script.pass(JUST_BEFORE);
    script.stream(CLIENT, 0, PayloadType.OUTPUT, nops(1).limit(7));

    assertUsed();
  }

  @Test
  void keysThatLookLikeASignOfLifeAreUseOfAShell() throws MalformedMessageException {
    script.pass(JUST_BEFORE);
    script.stream(CLIENT, 0, PayloadType.OUTPUT, nops(1));

    assertUsed();
  }

  private static ByteBuffer nops(int count) {
    ByteBuffer nops = ByteBuffer.allocate(count * Frame.HEADER_BYTES);
    for (int i = 0; i < count; i++) {
      nops.put(Frame.encode(new Frame.Nop()));
    }
    return nops.flip();
  }
}
