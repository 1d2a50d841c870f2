package dev.postern.server.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InProcessBusTest {
  private final InProcessBus bus = new InProcessBus();

  private record Happened(int number) {}

  private record Ask(String subject) implements Question<String> {}

  @AfterEach
  void tearDown() {
    bus.close();
  }

  @Test
  void eachSubscriberHearsEachEventInOrder() {
    List<Integer> first = new CopyOnWriteArrayList<>();
    List<Integer> second = new CopyOnWriteArrayList<>();
    bus.subscribe(Happened.class, event -> first.add(event.number()));
    bus.subscribe(Happened.class, event -> second.add(event.number()));

    for (int i = 0; i < 500; i++) {
      bus.publish(new Happened(i));
    }
    bus.publish("another class");

    List<Integer> all = IntStream.range(0, 500).boxed().toList();
    await().untilAsserted(() -> assertThat(first).isEqualTo(all));
    await().untilAsserted(() -> assertThat(second).isEqualTo(all));
  }

  @Test
  void slowSubscriberNeitherBlocksThePublisherNorOthers() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<Integer> slow = new LinkedBlockingQueue<>();
    bus.subscribe(
        Happened.class,
        event -> {
          awaitQuietly(release);
          slow.add(event.number());
        });
    BlockingQueue<Integer> fast = new LinkedBlockingQueue<>();
    bus.subscribe(Happened.class, event -> fast.add(event.number()));

    int published = InProcessBus.QUEUE_MAX * 2;
    for (int i = 0; i < published; i++) {
      bus.publish(new Happened(i));
      assertThat(fast.poll(10, TimeUnit.SECONDS)).isEqualTo(i);
    }
    release.countDown();

    await()
        .untilAsserted(() -> assertThat(slow).hasSizeGreaterThanOrEqualTo(InProcessBus.QUEUE_MAX));
    assertThat(slow).hasSizeLessThanOrEqualTo(InProcessBus.QUEUE_MAX + 1);
  }

  @Test
  void failingHandlerHearsTheNextEvent() {
    List<Integer> heard = new CopyOnWriteArrayList<>();
    bus.subscribe(
        Happened.class,
        event -> {
          heard.add(event.number());
          throw new IllegalStateException("expected by this test");
        });

    bus.publish(new Happened(1));
    bus.publish(new Happened(2));

    await().untilAsserted(() -> assertThat(heard).containsExactly(1, 2));
  }

  @Test
  void closedSubscriptionHearsNothingMore() {
    List<Integer> heard = new CopyOnWriteArrayList<>();
    Bus.Registration closed = bus.subscribe(Happened.class, event -> heard.add(event.number()));
    List<Integer> other = new CopyOnWriteArrayList<>();
    bus.subscribe(Happened.class, event -> other.add(event.number()));

    closed.close();
    closed.close();
    bus.publish(new Happened(1));

    await().untilAsserted(() -> assertThat(other).containsExactly(1));
    assertThat(heard).isEmpty();
  }

  @Test
  void handlerMayCloseItsOwnSubscription() {
    List<Integer> heard = new CopyOnWriteArrayList<>();
    BlockingQueue<Bus.Registration> own = new LinkedBlockingQueue<>();
    own.add(
        bus.subscribe(
            Happened.class,
            event -> {
              heard.add(event.number());
              own.remove().close();
            }));

    bus.publish(new Happened(1));
    bus.publish(new Happened(2));

    await().untilAsserted(() -> assertThat(own).isEmpty());
    assertThat(heard).containsExactly(1);
  }

  @Test
  void questionWithoutResponderIsRefusedAtOnce() {
    bus.respond(Ask.class, "other", question -> "answer");

    assertThatThrownBy(() -> bus.request(new Ask("node.1")))
        .isInstanceOf(NoResponder.class)
        .hasMessage("nobody answers for node.1");
  }

  @Test
  void newerResponderReplacesAndOutlivesTheOlder() throws Exception {
    Bus.Registration older = bus.respond(Ask.class, "node.1", question -> "older");
    assertThat(bus.request(new Ask("node.1"))).isEqualTo("older");

    Bus.Registration newer = bus.respond(Ask.class, "node.1", question -> "newer");
    older.close();
    assertThat(bus.request(new Ask("node.1"))).isEqualTo("newer");

    newer.close();
    assertThatThrownBy(() -> bus.request(new Ask("node.1"))).isInstanceOf(NoResponder.class);
  }

  @Test
  void closedBusAnswersNothing() {
    bus.respond(Ask.class, "node.1", question -> "answer");

    bus.close();

    bus.publish(new Happened(1));
    assertThatThrownBy(() -> bus.request(new Ask("node.1"))).isInstanceOf(NoResponder.class);
    assertThatThrownBy(() -> bus.subscribe(Happened.class, event -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> bus.respond(Ask.class, "node.1", question -> "answer"))
        .isInstanceOf(IllegalStateException.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
  }
}
