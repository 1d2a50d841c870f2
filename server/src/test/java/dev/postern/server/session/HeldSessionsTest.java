package dev.postern.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.listener.EventLoops;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HeldSessionsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path directory;
  private final EventLoops loops = new EventLoops(1);
  private final HeldSessions held = new HeldSessions();
  private Store store;

  @BeforeEach
  void open() throws Exception {
    store = new TestStore(directory).open();
  }

  @AfterEach
  void close() {
    loops.close();
    store.close();
  }

  /** Never begun, so nothing runs for it. */
  private Session session(String id, String node) {
    GatewayTime time = GatewayTime.of(() -> NOW);
    var surroundings =
        new SessionSurroundings(
            TestGateway.OPTIONS,
            time,
            new Relay.Shared(
                new OwnMessages(time.clock(), new Random(1)), new Counts(), new HeldBytes()),
            store.sessions(),
            Runnable::run,
            any -> null,
            any -> {});
    var ticket =
        new SessionTicket(
            new SessionId(id),
            node,
            SessionRecord.Status.Connecting,
            NOW,
            SessionLimits.DEFAULT,
            false);
    return new Session(ticket, loops.next(), surroundings, false);
  }

  @Test
  void nodesAreToldApart() {
    Session first = session("alice-1", "mi-1");
    Session second = session("alice-2", "mi-1");
    Session other = session("alice-3", "mi-2");

    assertThat(held.putIfAbsent(first)).isNull();
    assertThat(held.putIfAbsent(second)).isNull();
    assertThat(held.putIfAbsent(other)).isNull();

    assertThat(held.of("mi-1")).containsExactlyInAnyOrder(first, second);
    assertThat(held.of("mi-2")).containsExactly(other);
    assertThat(held.of("mi-3")).isEmpty();
    assertThat(held.all()).containsExactlyInAnyOrder(first, second, other);
    assertThat(held.size()).isEqualTo(3);
  }

  @Test
  void theFirstOfAnIdStays() {
    Session first = session("alice-1", "mi-1");
    Session again = session("alice-1", "mi-1");
    held.putIfAbsent(first);

    assertThat(held.putIfAbsent(again)).isSameAs(first);
    held.remove(again);

    assertThat(held.get(first.id())).isSameAs(first);
    assertThat(held.of("mi-1")).containsExactly(first);
  }

  @Test
  void removedIsNowhere() {
    Session first = session("alice-1", "mi-1");
    Session second = session("alice-2", "mi-1");
    held.putIfAbsent(first);
    held.putIfAbsent(second);

    held.remove(first);
    held.remove(first);

    assertThat(held.get(first.id())).isNull();
    assertThat(held.of("mi-1")).containsExactly(second);
    assertThat(held.size()).isOne();
  }

  @Test
  void whatComesAndGoesAtOnceLeavesNothingBehind() {
    var sessions =
        IntStream.range(0, 200)
            .mapToObj(number -> session("alice-" + number, "mi-" + number % 3))
            .toList();

    sessions.parallelStream()
        .forEach(session -> {
          assertThat(held.putIfAbsent(session)).isNull();
          assertThat(held.of(session.instanceId())).contains(session);
          held.remove(session);
        });

    assertThat(held.size()).isZero();
    assertThat(held.of("mi-0")).isEmpty();
    assertThat(held.of("mi-1")).isEmpty();
    assertThat(held.of("mi-2")).isEmpty();
  }
}
