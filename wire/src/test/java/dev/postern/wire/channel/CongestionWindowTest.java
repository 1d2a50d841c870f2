package dev.postern.wire.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.wire.message.PayloadBuffer;
import dev.postern.wire.message.PayloadType;
import dev.postern.wire.message.Side;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Senders with as much to say as they may, over a link of a given rate, in simulated time. */
class CongestionWindowTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int PAYLOAD_BYTES = 32 << 10;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration HALF_MINUTE = Duration.ofSeconds(30);

  /** A link that sends one message after the other, and a peer that acknowledges each. */
  private static final class Link {
    private record Arrival(long number, long nanos) {}

    private final OutgoingStream stream = new OutgoingStream(Side.AGENT);
    private final ArrayDeque<Arrival> acknowledgements = new ArrayDeque<>();
    private double bytesPerSecond;
    private long pathNanos;
    private long now;
    private long freeAt;
    private long number;

    /** The longest that a message waited for those before it, since the last {@link #forget}. */
    private long longestQueue;

    private long delivered;

    Link(double megabytesPerSecond, Duration path) {
      stream.withoutDigests();
      this.bytesPerSecond = megabytesPerSecond * 1e6;
      this.pathNanos = path.toNanos();
    }

    private Instant time() {
      return START.plusNanos(now);
    }

    void run(Duration duration) {
      long end = now + duration.toNanos();
      while (now < end) {
        while (stream.hasRoom(PAYLOAD_BYTES)) {
          send(PAYLOAD_BYTES);
        }
        receive();
      }
    }

    private void send(int payloadBytes) {
      stream.add(
          PayloadType.OUTPUT,
          PayloadBuffer.copyOf(ByteBuffer.allocate(payloadBytes)),
          new UUID(1, 2),
          time());
      ByteBuffer message = stream.takeUnsent(time());
      int bytes = message == null ? 0 : message.remaining();
      longestQueue = Math.max(longestQueue, freeAt - now);
      freeAt = Math.max(freeAt, now) + (long) (bytes / bytesPerSecond * 1e9);
      acknowledgements.add(new Arrival(number++, freeAt + pathNanos));
      delivered += bytes;
    }

    private void receive() {
      Arrival next = acknowledgements.remove();
      now = Math.max(now, next.nanos);
      assertThat(stream.acknowledge(next.number, time())).isTrue();
    }

    void stall(Duration duration) {
      freeAt = Math.max(freeAt, now) + duration.toNanos();
    }

    void forget() {
      longestQueue = 0;
      delivered = 0;
    }

    /** What arrived in a time, of what the link could have carried. */
    double use(Duration of) {
      return delivered / bytesPerSecond / of.toMillis() * 1000;
    }
  }

  @ParameterizedTest
  @CsvSource({
    // MB/s, ms of the path, the longest wait in ms
    "0.5, 5, 140",
    "1, 20, 70",
    "2, 1, 40",
    "10, 1, 30",
    "10, 20, 40",
    "100, 5, 40",
    "3, 200, 150"
  })
  void linkIsBusyAndItsQueueIsShort(double rate, int path, int queue) {
    Link link = new Link(rate, Duration.ofMillis(path));
    link.run(WARM_UP);
    link.forget();

    link.run(HALF_MINUTE);

    assertThat(link.use(HALF_MINUTE)).isGreaterThan(0.9);
    assertThat(Duration.ofNanos(link.longestQueue)).isLessThan(Duration.ofMillis(queue));
  }

  /** Half the speed of a long path is there after three seconds, as TCP would have it. */
  @ParameterizedTest
  @CsvSource({"100, 50", "50, 100", "10, 300", "400, 1"})
  void windowOpensSoon(double rate, int path) {
    Link link = new Link(rate, Duration.ofMillis(path));
    link.run(Duration.ofSeconds(3));
    link.forget();

    link.run(Duration.ofSeconds(1));

    double mostBytes = OutgoingStream.BYTES_MAX / (path / 1000.0);
    double possible = Math.min(1, mostBytes / (rate * 1e6));
    assertThat(link.use(Duration.ofSeconds(1))).isGreaterThan(possible / 2);
  }

  @Test
  void fastPathHasTheWholeWindow() {
    Link link = new Link(400, Duration.ofNanos(300_000));
    link.run(WARM_UP);
    link.forget();

    link.run(HALF_MINUTE);

    assertThat(link.use(HALF_MINUTE)).isGreaterThan(0.99);
    assertThat(link.stream.hasRoom(PAYLOAD_BYTES)).isTrue();
    assertThat(link.stream.bytes()).isGreaterThan(OutgoingStream.BYTES_MAX - 3 * PAYLOAD_BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    // before and after: MB/s, ms of the path; the longest wait in ms
    "5, 10, 5, 150, 120",
    "5, 150, 5, 10, 50",
    "20, 2, 20, 80, 120",
    "20, 20, 2, 20, 70",
    "2, 20, 20, 20, 50",
    "1, 20, 100, 20, 50",
    "100, 20, 1, 20, 70"
  })
  void pathThatChangesIsLearntAnew(
      double rateBefore, int pathBefore, double rateAfter, int pathAfter, int queue) {
    Link link = new Link(rateBefore, Duration.ofMillis(pathBefore));
    link.run(HALF_MINUTE);
    link.bytesPerSecond = rateAfter * 1e6;
    link.pathNanos = Duration.ofMillis(pathAfter).toNanos();
    link.run(HALF_MINUTE);
    link.forget();

    link.run(HALF_MINUTE);

    assertThat(link.use(HALF_MINUTE)).isGreaterThan(0.9);
    assertThat(Duration.ofNanos(link.longestQueue)).isLessThan(Duration.ofMillis(queue));
  }

  @Test
  void stallIsOverWhenItIsOver() {
    Link link = new Link(10, Duration.ofMillis(20));
    link.run(WARM_UP);
    link.stall(Duration.ofSeconds(3));
    link.run(WARM_UP);
    link.forget();

    link.run(Duration.ofSeconds(10));

    assertThat(link.use(Duration.ofSeconds(10))).isGreaterThan(0.9);
    assertThat(Duration.ofNanos(link.longestQueue)).isLessThan(Duration.ofMillis(60));
  }

  /** Else a key now and then would close the window for what comes later. */
  @Test
  void whoSaysLittleKeepsTheWindow() {
    Link link = new Link(50, Duration.ofMillis(20));
    link.run(WARM_UP);
    while (!link.acknowledgements.isEmpty()) {
      link.receive();
    }
    for (int i = 0; i < 1000; i++) {
      link.send(1);
      link.receive();
      link.now += Duration.ofMillis(100).toNanos();
    }
    link.forget();

    link.run(Duration.ofSeconds(1));

    assertThat(link.use(Duration.ofSeconds(1))).isGreaterThan(0.9);
  }

  /** The acknowledgement may be that of the first; then it tells nothing of the path's time. */
  @Test
  void messageThatWasSentTwiceTellsNoTime() {
    Link link = new Link(10, Duration.ofMillis(100));
    link.run(WARM_UP);
    link.stream.replayAll();
    while (!link.acknowledgements.isEmpty()) {
      while (link.stream.takeUnsent(link.time()) != null) {}
      link.receive();
    }
    link.freeAt = link.now;
    link.forget();

    link.run(Duration.ofSeconds(5));

    assertThat(link.use(Duration.ofSeconds(5))).isGreaterThan(0.8);
  }

  /** Whatever clocks and acknowledgements do, there is room for some messages, and not for more. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void windowStaysWithinItsBounds(long seed) {
    Random random = new Random(seed);
    CongestionWindow window = new CongestionWindow(OutgoingStream.BYTES_MAX);
    long time = 0;
    for (int i = 0; i < 100_000; i++) {
      time += (long) (random.nextGaussian() * 1e7);
      time += random.nextInt(1000) == 0 ? random.nextLong(1L << 50) - (1L << 49) : 0;
      Instant now = START.plusNanos(time);
      switch (random.nextInt(4)) {
        case 0 -> window.sent(random.nextLong(8 << 20), random.nextBoolean(), now);
        case 1 -> window.acknowledged(random.nextLong(1 << 20));
        case 2 ->
            window.acknowledged(
                random.nextLong(1 << 20), now.minusNanos(random.nextLong(1 << 30)), now);
        default -> {
          if (random.nextInt(100) == 0) {
            window.replayed();
          }
        }
      }
      assertThat(window.bytes()).isBetween(0L, OutgoingStream.BYTES_MAX);
    }
  }
}
