package dev.postern.server.session;

import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.store.SessionLimits;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: two ends that send each other messages, through a relay or straight over rough
 * paths, while connections die, the server restarts, receivers pause and clocks jump. All of it
 * follows from the seed.
 */
final class SimulatedSession {
  private static final Instant START = Instant.parse("2026-11-26T10:00:00Z");
  private static final long STEP_NANOS = Duration.ofMillis(50).toNanos();
  private static final long END_NANOS = Duration.ofMinutes(15).toNanos();

  /** As a session repeats for senders that cannot. */
  private static final long RESEND_AFTER_NANOS = Duration.ofMillis(200).toNanos();

  private static final int FAULTS_MAX = 8;
  private static final int FEW_MESSAGES = 70;

  /** Of both directions together. */
  private static final int MESSAGES_MAX = 500;

  private enum Fault {
    CUT_AGENT,
    CUT_CLIENT,
    RESTART,
    CLOCK_JUMP,
    PAUSE_RECEIVER,
    NONE
  }

  private final long seed;
  private final Random random;
  private final Map<Side, SimulatedEnd> ends = new EnumMap<>(Side.class);

  /** From the relay, or the other end, to the side. */
  private final Map<Side, SimulatedPath> inbound = new EnumMap<>(Side.class);

  private final Map<Side, Long> connectsAt = new EnumMap<>(Side.class);
  private final Map<Side, Long> readsAt = new EnumMap<>(Side.class);
  private final List<HeapMessage> relayed = new ArrayList<>();
  private final boolean straight;
  private final SimulatedEnd.Kind kind;
  private @Nullable Relay relay;
  private long now = 1_000_000_000L;
  private long nextFault;
  private int faults;
  private Duration jumped = Duration.ZERO;

  SimulatedSession(long seed) {
    this.seed = seed;
    random = new Random(seed);
    straight = random.nextInt(3) == 0;
    int most = random.nextInt(25) == 0 ? MESSAGES_MAX : FEW_MESSAGES;
    // The client waits for the agent's first word, so that one is always said.
    int output = 1 + random.nextInt(most * 3 / 5);
    int input = random.nextInt(most * 2 / 5);
    kind = kind();
    ends.put(Side.AGENT, new SimulatedEnd(Side.AGENT, output, input, straight, kind, random));
    ends.put(Side.CLIENT, new SimulatedEnd(Side.CLIENT, input, output, straight, kind, random));
    faults = random.nextInt(FAULTS_MAX + 1);
    nextFault = now + random.nextLong(STEP_NANOS * 10);
    if (!straight) {
      relay = relay(false);
    }
    connectAll();
  }

  /** It takes a relay to get on with a forgetful client. */
  private SimulatedEnd.Kind kind() {
    SimulatedEnd.Kind[] kinds =
        Arrays.stream(SimulatedEnd.Kind.values())
            .filter(each -> !straight || each != SimulatedEnd.Kind.FORGETFUL)
            .toArray(SimulatedEnd.Kind[]::new);
    return kinds[random.nextInt(kinds.length)];
  }

  /**
   * Runs to the end.
   *
   * @throws AssertionError when something was lost, repeated or hangs; it names the seed
   */
  void run() {
    try {
      while (!end(Side.AGENT).isDone() || !end(Side.CLIENT).isDone()) {
        step();
        if (now > END_NANOS) {
          throw new AssertionError("it hangs: " + ends.values());
        }
      }
      if (relay != null) {
        relay.discard();
        relayed.forEach(message -> check(message.references() == 0, "a message was kept"));
      }
    } catch (MalformedMessageException | RuntimeException | AssertionError failure) {
      throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
    }
  }

  private static void check(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  private SimulatedEnd end(Side side) {
    SimulatedEnd end = ends.get(side);
    if (end == null) {
      throw new IllegalStateException("no end");
    }
    return end;
  }

  private Relay relay(boolean restored) {
    var limits = new TimeLimits(SessionLimits.DEFAULT, START, START, now);
    return new Relay(
        new Relay.Shared(new OwnMessages(() -> START, random), new Counts(), new HeldBytes()),
        false,
        limits,
        restored);
  }

  private Instant wall() {
    return START.plusNanos(now).plus(jumped);
  }

  private void step() throws MalformedMessageException {
    now = Math.max(now + 1, Math.min(now + 1 + random.nextLong(STEP_NANOS), nextEvent()));
    if (faults > 0 && now >= nextFault) {
      faults--;
      nextFault = now + random.nextLong(STEP_NANOS * 20);
      strike(Fault.values()[random.nextInt(Fault.values().length)]);
    }
    for (Side side : Side.values()) {
      if (due(connectsAt, side)) {
        connect(side);
      }
      if (due(readsAt, side)) {
        end(side).reading(true);
      }
      deliver(side);
      end(side).act(now, wall());
    }
    pump();
  }

  private boolean due(Map<Side, Long> times, Side side) {
    Long time = times.get(side);
    return time != null && time <= now && times.remove(side) != null;
  }

  private long nextEvent() {
    long next = Long.MAX_VALUE;
    for (Side side : Side.values()) {
      SimulatedPath out = end(side).path();
      next = Math.min(next, out == null ? Long.MAX_VALUE : out.nextArrivalNanos());
      SimulatedPath in = inbound.get(side);
      next = Math.min(next, in == null ? Long.MAX_VALUE : in.nextArrivalNanos());
    }
    return next;
  }

  private void strike(Fault fault) throws MalformedMessageException {
    switch (fault) {
      case CUT_AGENT -> cut(Side.AGENT);
      case CUT_CLIENT -> cut(Side.CLIENT);
      case RESTART -> {
        cut(Side.AGENT);
        cut(Side.CLIENT);
        if (relay != null) {
          relay.discard();
          relay = relay(true);
        }
      }
      case CLOCK_JUMP -> jumped = jumped.plusSeconds(random.nextInt(-3600, 3600));
      case PAUSE_RECEIVER -> {
        Side side = random.nextBoolean() ? Side.AGENT : Side.CLIENT;
        end(side).reading(false);
        readsAt.put(side, now + random.nextLong(STEP_NANOS * 40));
      }
      case NONE -> {
        // Some schedules are quiet.
      }
    }
  }

  /** What was under way arrives up to some point, in each direction. */
  private void cut(Side side) throws MalformedMessageException {
    SimulatedPath out = end(side).path();
    SimulatedPath in = inbound.remove(side);
    if (out == null || in == null) {
      return;
    }
    for (ByteBuffer bytes : out.cut()) {
      accept(side, bytes);
    }
    for (ByteBuffer bytes : in.cut()) {
      arrive(side, bytes);
    }
    end(side).disconnected();
    if (relay != null) {
      relay.to(side).detach();
    } else {
      // Without a relay a connection has two ends.
      end(side.peer()).disconnected();
      inbound.remove(side.peer());
    }
    connectsAt.put(side, now + random.nextLong(STEP_NANOS * 20));
  }

  private void connectAll() {
    if (straight) {
      connect(Side.AGENT);
    } else {
      connect(Side.AGENT);
      connect(Side.CLIENT);
    }
  }

  private void connect(Side side) {
    if (relay != null) {
      end(side).connected(new SimulatedPath(random, false));
      SimulatedPath in = new SimulatedPath(random, false);
      inbound.put(side, in);
      relay.attach(side, new PathOutlet(side, in), now);
      return;
    }
    connectsAt.remove(side.peer());
    for (Side each : Side.values()) {
      SimulatedPath path = new SimulatedPath(random, true);
      end(each).connected(path);
      inbound.put(each.peer(), path);
    }
  }

  private final class PathOutlet implements Outlet {
    private final Side side;
    private final SimulatedPath path;

    PathOutlet(Side side, SimulatedPath path) {
      this.side = side;
      this.path = path;
    }

    @Override
    public boolean isWritable() {
      return path.hasRoom();
    }

    @Override
    public void send(WebSocketMessage message) {
      path.send(message.view(), now);
      message.release();
    }

    @Override
    public void send(ByteBuffer bytes) {
      path.send(bytes, now);
    }

    @Override
    public boolean needsStartPause() {
      return true;
    }

    @Override
    public boolean ignoresRepeats() {
      return side == Side.CLIENT && kind == SimulatedEnd.Kind.FORGETFUL;
    }

    @Override
    public void mark(long number) {
      path.send(ByteBuffer.allocate(Long.BYTES).putLong(0, number), now);
    }
  }

  /** Takes what has arrived from a side and, of a relayed session, what has arrived at it. */
  private void deliver(Side side) throws MalformedMessageException {
    SimulatedPath in = inbound.get(side);
    if (in != null) {
      for (ByteBuffer bytes = in.arrived(now); bytes != null; bytes = in.arrived(now)) {
        arrive(side, bytes);
      }
    }
    SimulatedPath out = end(side).path();
    while (relay != null && out != null && relay.mayRead(side)) {
      ByteBuffer bytes = out.arrived(now);
      if (bytes == null) {
        return;
      }
      accept(side, bytes);
    }
  }

  private void arrive(Side side, ByteBuffer bytes) throws MalformedMessageException {
    if (isMark(bytes)) {
      end(side).mark(bytes);
    } else {
      end(side).receive(bytes, wall());
    }
  }

  private static boolean isMark(ByteBuffer bytes) {
    return bytes.remaining() == Long.BYTES;
  }

  /** The relay, or straight the other end, gets a message of a side. */
  private void accept(Side side, ByteBuffer bytes) throws MalformedMessageException {
    if (relay == null) {
      end(side.peer()).receive(bytes, wall());
      return;
    }
    if (isMark(bytes)) {
      relay.onMark(side, bytes.getLong(0), now);
      return;
    }
    HeapMessage message = new HeapMessage(bytes);
    relayed.add(message);
    var _ = relay.receive(side, message, now);
  }

  private void pump() {
    Relay between = relay;
    if (between == null) {
      return;
    }
    for (Side sender : Side.values()) {
      if (end(sender).path() == null || !between.mayRead(sender)) {
        between.from(sender).resendOldest(now, RESEND_AFTER_NANOS);
      }
    }
    between.pump(now);
  }
}
