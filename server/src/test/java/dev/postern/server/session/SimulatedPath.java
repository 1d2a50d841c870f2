package dev.postern.server.session;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection. As TCP it keeps the order and loses nothing until it is cut; a
 * rough one loses, repeats and overtakes.
 */
final class SimulatedPath {
  private static final int CAPACITY = 64;
  private static final long JITTER_NANOS = 3_000_000;

  private record Travelling(long arrivesNanos, long order, ByteBuffer bytes) {}

  private final Random random;
  private final boolean rough;
  private final long delayNanos;
  private final PriorityQueue<Travelling> travelling =
      new PriorityQueue<>(
          Comparator.comparingLong(Travelling::arrivesNanos).thenComparingLong(Travelling::order));
  private long lastArrival;
  private long order;

  SimulatedPath(Random random, boolean rough) {
    this.random = random;
    this.rough = rough;
    long most = random.nextInt(20) == 0 ? 800_000_000L : 40_000_000L;
    this.delayNanos = random.nextLong(most);
  }

  boolean hasRoom() {
    return travelling.size() < CAPACITY;
  }

  void send(ByteBuffer bytes, long nowNanos) {
    if (!rough) {
      lastArrival = Math.max(lastArrival, nowNanos + delayNanos + random.nextLong(JITTER_NANOS));
      put(lastArrival, bytes);
      return;
    }
    int copies = random.nextInt(10) == 0 ? 2 : random.nextInt(8) == 0 ? 0 : 1;
    for (int i = 0; i < copies; i++) {
      put(nowNanos + delayNanos + random.nextLong(10 * JITTER_NANOS), bytes);
    }
  }

  private void put(long arrival, ByteBuffer bytes) {
    travelling.add(new Travelling(arrival, order++, bytes.duplicate()));
  }

  /** The next message that has arrived, null while there is none. */
  @Nullable ByteBuffer arrived(long nowNanos) {
    Travelling first = travelling.peek();
    if (first == null || first.arrivesNanos > nowNanos) {
      return null;
    }
    travelling.remove();
    return first.bytes;
  }

  /** When the next message arrives; far away while nothing is under way. */
  long nextArrivalNanos() {
    Travelling first = travelling.peek();
    return first == null ? Long.MAX_VALUE : first.arrivesNanos;
  }

  /** The connection dies: what still arrives, which is all up to some message. */
  List<ByteBuffer> cut() {
    var rest = new ArrayDeque<Travelling>();
    while (!travelling.isEmpty()) {
      rest.add(travelling.remove());
    }
    int arriving = random.nextInt(rest.size() + 1);
    List<ByteBuffer> last = new ArrayList<>();
    for (int i = 0; i < arriving; i++) {
      last.add(rest.remove().bytes);
    }
    return last;
  }
}
