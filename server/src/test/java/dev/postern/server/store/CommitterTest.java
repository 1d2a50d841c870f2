package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CommitterTest {
  @TempDir Path directory;
  private Jdbi jdbi;
  private Committer committer;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void setUp() {
    jdbi =
        Database.discreet(
            Jdbi.create(
                "jdbc:sqlite:"
                    + directory.resolve("test.db")
                    + "?journal_mode=WAL&foreign_keys=true&transaction_mode=IMMEDIATE"));
    jdbi.useHandle(handle -> {
      handle.execute("create table parent (id bigint primary key)");
      // Such a key is checked by the commit, not by the insert.
      handle.execute(
          "create table entry (id bigint primary key, content text,"
              + " parent bigint references parent (id) deferrable initially deferred)");
    });
    committer = new Committer(jdbi::open);
  }

  @AfterEach
  void tearDown() {
    committer.close();
    threads.close();
  }

  @Test
  void failingWriteIsUndoneAlone() {
    List<Future<Integer>> outcomes =
        oneBatch(
            handle -> insert(handle, 1),
            handle -> {
              insert(handle, 2);
              throw new IllegalStateException("no");
            },
            handle -> insert(handle, 3),
            handle -> {
              insert(handle, 4);
              return insert(handle, 1);
            });

    assertThat(succeeded(outcomes)).containsExactly(true, false, true, false);
    assertThat(stored()).containsExactly(1L, 3L);
  }

  @Test
  void failedCommitFailsEveryWaiterAndTheNextOneSucceeds() {
    List<Future<Integer>> outcomes =
        oneBatch(
            handle -> insert(handle, 1),
            handle -> handle.execute("insert into entry (id, parent) values (2, 99)"),
            handle -> insert(handle, 3));

    assertThat(succeeded(outcomes)).containsExactly(false, false, false);
    assertThat(stored()).isEmpty();

    committer.write(handle -> insert(handle, 4));
    assertThat(stored()).containsExactly(4L);
  }

  @Test
  void fullDiskFailsTheWriteAndNotTheStore() {
    committer.write(handle -> handle.execute("pragma max_page_count = 20"));

    assertThatThrownBy(() ->
            committer.write(handle ->
                handle.execute(
                    "insert into entry (id, content) values (1, ?)", "x".repeat(1_000_000))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("full")
        .hasMessageNotContaining("xxx");
    committer.write(handle -> insert(handle, 2));

    assertThat(stored()).containsExactly(2L);
  }

  @Test
  void brokenConnectionIsReplaced() {
    assertThatThrownBy(() ->
            committer.write(handle -> {
              handle.close();
              return insert(handle, 1);
            }))
        .isInstanceOf(StoreException.class);

    committer.write(handle -> insert(handle, 2));

    assertThat(stored()).containsExactly(2L);
  }

  @Test
  void closingWritesWhatIsQueuedAndRefusesMore() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    Future<?> first = threads.submit(() -> committer.write(handle -> hold(running, release)));
    running.await();
    Future<Integer> queued = threads.submit(() -> committer.write(handle -> insert(handle, 1)));
    await().until(() -> committer.waiting() == 1);

    Future<?> closing = threads.submit(committer::close);
    await()
        .untilAsserted(() ->
            assertThatThrownBy(() -> committer.write(handle -> insert(handle, 2)))
                .hasMessage("the store is closed"));
    release.countDown();

    first.get();
    closing.get();
    assertThat(queued.get()).isOne();
    assertThat(stored()).containsExactly(1L);
  }

  @Test
  void interruptedCallerStillHearsOfItsWrite() throws Exception {
    Future<Boolean> outcome =
        threads.submit(() -> {
          CountDownLatch running = new CountDownLatch(1);
          CountDownLatch release = new CountDownLatch(1);
          Thread caller = Thread.currentThread();
          var _ =
              threads.submit(() -> {
                running.await();
                caller.interrupt();
                release.countDown();
                return null;
              });
          committer.write(handle -> {
            hold(running, release);
            return insert(handle, 1);
          });
          return Thread.interrupted();
        });

    assertThat(outcome.get()).isTrue();
    assertThat(stored()).containsExactly(1L);
  }

  private interface Work {
    int run(Handle handle);
  }

  /** Holds the committer up until all of the writes are queued. */
  private List<Future<Integer>> oneBatch(Work... writes) {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    var _ = threads.submit(() -> committer.write(handle -> hold(running, release)));
    await().until(() -> running.getCount() == 0);
    List<Future<Integer>> outcomes = new ArrayList<>();
    for (Work write : writes) {
      outcomes.add(threads.submit(() -> committer.write(write::run)));
      await().until(() -> committer.waiting() == outcomes.size());
    }
    release.countDown();
    return outcomes;
  }

  private static boolean hold(CountDownLatch running, CountDownLatch release) {
    running.countDown();
    boolean interrupted = false;
    while (true) {
      try {
        release.await();
        break;
      } catch (InterruptedException closing) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private static List<Boolean> succeeded(List<Future<Integer>> outcomes) {
    return outcomes.stream()
        .map(outcome -> {
          try {
            outcome.get();
            return true;
          } catch (Exception failure) {
            assertThat(failure).hasCauseInstanceOf(StoreException.class);
            return false;
          }
        })
        .toList();
  }

  private static int insert(Handle handle, long id) {
    return handle.execute("insert into entry (id) values (?)", id);
  }

  private List<Long> stored() {
    return jdbi.withHandle(
        handle -> handle.createQuery("select id from entry order by id").mapTo(Long.class).list());
  }
}
