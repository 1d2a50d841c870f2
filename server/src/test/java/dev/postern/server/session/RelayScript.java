package dev.postern.server.session;

import static dev.postern.wire.message.Side.AGENT;
import static dev.postern.wire.message.Side.CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.store.SessionLimits;
import dev.postern.wire.control.Acknowledge;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A relay with two scripted sides, and the time in a test's hand. */
final class RelayScript {
  static final Instant START = Instant.parse("2026-11-23T10:00:00Z");

  final Counts counts = new Counts();
  final HeldBytes held = new HeldBytes();
  final List<HeapMessage> made = new ArrayList<>();
  long heldByOthers;
  private boolean port;
  TimeLimits limits;
  Relay relay;
  final Wire agent = new Wire();
  final Wire client = new Wire();
  long now = 1_000_000_000L;

  RelayScript() {
    this(false);
  }

  /** Of a session that carries a port, or of another one. */
  RelayScript(boolean port) {
    this.port = port;
    limits = new TimeLimits(SessionLimits.DEFAULT, START, START, now);
    relay = relay(false);
  }

  private Relay relay(boolean restored) {
    return new Relay(
        new Relay.Shared(new OwnMessages(() -> START, new Random(1)), counts, held),
        port,
        limits,
        restored);
  }

  /** Begins anew, with a session that began before this server. */
  void restore() {
    relay.discard();
    relay = relay(true);
  }

  /** The same, with one that carries a port. */
  void restorePort() {
    port = true;
    restore();
  }

  /** Every reference was given back. */
  void end() {
    relay.discard();
    for (HeapMessage message : made) {
      assertEquals(0, message.references());
    }
    assertEquals(heldByOthers, held.total());
  }

  /** Remembers what was sent, as words: o3 output 3, i3 input 3, a3 an acknowledgement of 3. */
  final class Wire implements Outlet {
    final List<String> sent = new ArrayList<>();

    /** The bytes of what was not our own. */
    final List<ByteBuffer> forwarded = new ArrayList<>();

    boolean writable = true;
    boolean needsStartPause = true;
    boolean ignoresRepeats = true;
    long mark;

    @Override
    public boolean isWritable() {
      return writable;
    }

    @Override
    public void send(WebSocketMessage message) {
      forwarded.add(message.view());
      sent.add(word(message.view()));
      message.release();
    }

    @Override
    public void send(ByteBuffer bytes) {
      sent.add("own:" + word(bytes));
    }

    @Override
    public boolean needsStartPause() {
      return needsStartPause;
    }

    @Override
    public boolean ignoresRepeats() {
      return ignoresRepeats;
    }

    @Override
    public void mark(long number) {
      mark = number;
    }

    List<String> take() {
      relay.pump(now);
      List<String> words = List.copyOf(sent);
      sent.clear();
      return words;
    }
  }

  static String word(ByteBuffer bytes) {
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

  void receive(Side from, ByteBuffer bytes) throws MalformedMessageException {
    HeapMessage message = new HeapMessage(bytes);
    made.add(message);
    relay.receive(from, message, now);
    relay.pump(now);
  }

  void stream(Side from, long number) throws MalformedMessageException {
    stream(from, number, PayloadType.OUTPUT, ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  void stream(Side from, long number, int payloadType, ByteBuffer payload)
      throws MalformedMessageException {
    UUID id = new UUID(0x4000L, 0x8000000000000000L | number);
    receive(from, AgentMessage.stream(from, number, 1, id, payloadType, payload).encode());
  }

  void acknowledge(Side from, long number) throws MalformedMessageException {
    acknowledge(from, number, false);
  }

  void acknowledgeUpTo(Side from, long number) throws MalformedMessageException {
    acknowledge(from, number, true);
  }

  private void acknowledge(Side from, long number, boolean cumulative)
      throws MalformedMessageException {
    Acknowledge content =
        new Acknowledge(
            from.peer().streamType(), new UUID(1, number).toString(), number, true, cumulative);
    receive(
        from,
        AgentMessage.onDataChannel(
                MessageType.ACKNOWLEDGE, 1, new UUID(2, number), content.toPayload())
            .encode());
  }

  void attach(Side side) {
    relay.attach(side, side == AGENT ? agent : client, now);
    relay.pump(now);
  }

  void pass(Duration duration) {
    now += duration.toNanos();
  }

  void attachBoth() {
    attach(AGENT);
    attach(CLIENT);
  }
}
