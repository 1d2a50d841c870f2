package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AuditLogTest {
  private static final int ACKNOWLEDGED_MIN = 2000;

  @TempDir Path directory;
  private TestStore test;

  @BeforeEach
  void setUp() {
    test = new TestStore(directory);
  }

  @Test
  void numbersOfManyThreadsHaveNoGaps() throws Exception {
    try (Store store = test.open()) {
      List<Long> numbers = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        threads
            .invokeAll(
                IntStream.range(0, 64)
                    .mapToObj(each ->
                        (Callable<List<Long>>)
                            () ->
                                IntStream.range(0, 50)
                                    .mapToObj(i -> store.audit().append(each + "/" + i))
                                    .toList())
                    .toList())
            .forEach(each -> numbers.addAll(each.resultNow()));
      }

      assertThat(numbers)
          .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 64 * 50).boxed().toList());
    }
  }

  @Test
  void numbersGoOnAfterARestart() throws Exception {
    try (Store store = test.open()) {
      assertThat(store.audit().append("first")).isEqualTo(1);
    }
    try (Store store = test.open()) {
      assertThat(store.audit().append("second")).isEqualTo(2);
      assertThat(store.audit().read(0, 10))
          .containsExactly(new AuditLog.Entry(1, "first"), new AuditLog.Entry(2, "second"));
      assertThat(store.audit().read(1, 10)).containsExactly(new AuditLog.Entry(2, "second"));
      assertThat(store.audit().read(0, 1)).containsExactly(new AuditLog.Entry(1, "first"));
      assertThat(store.audit().read(2, 10)).isEmpty();
    }
  }

  @Test
  void closedStoreRefusesRecords() throws Exception {
    Store store = test.open();
    store.close();
    store.close();

    assertThatThrownBy(() -> store.audit().append("late"))
        .isInstanceOf(StoreException.class)
        .hasMessage("the store is closed");
  }

  @Test
  void everyAcknowledgedRecordIsThereAfterAKill() throws Exception {
    Map<Long, String> acknowledged = new HashMap<>();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                AuditAppender.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      // SIGKILL in the middle; what was printed before may still be in the pipe.
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        int space = line.indexOf(' ');
        acknowledged.put(Long.valueOf(line.substring(0, space)), line.substring(space + 1));
        if (acknowledged.size() == ACKNOWLEDGED_MIN) {
          // The process's own method would close the pipe as well.
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.destroyForcibly();
    }

    assertThat(process.waitFor()).isEqualTo(128 + 9);
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED_MIN);
    Map<Long, String> stored = new HashMap<>();
    try (Store store = test.open()) {
      List<AuditLog.Entry> page = store.audit().read(0, 1000);
      while (!page.isEmpty()) {
        page.forEach(each -> stored.put(each.sequence(), each.json()));
        page = store.audit().read(page.getLast().sequence(), 1000);
      }
    }
    assertThat(acknowledged)
        .allSatisfy((sequence, content) ->
            assertThat(stored.get(sequence)).isEqualTo("{\"content\":\"" + content + "\"}"));
  }
}
