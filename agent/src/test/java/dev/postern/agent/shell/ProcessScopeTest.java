package dev.postern.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ProcessScopeTest {
  private static final Duration GRACE = Duration.ofMillis(200);
  private final String mark = Screen.newMark();
  private final byte[] variable =
      (ProcessScope.MARKER + "=" + mark).getBytes(StandardCharsets.US_ASCII);

  private long survivors() throws Exception {
    return ProcessTable.living().stream()
        .filter(entry -> ProcessTable.startedWith(entry.pid(), variable))
        .count();
  }

  private ProgramProcess start(ProcessScope scope, String commands) throws Exception {
    String script =
        new LaunchScript()
            .enter(scope.entrance())
            .exec(List.of("sh", "-c", commands), new Launch(Account.current(), mark, Map.of()));
    return ProgramProcess.start(script, scope);
  }

  /** Of this session; only some containers let none be made. */
  private Cgroup group() {
    Optional<Cgroup> group = Cgroup.create("postern-" + mark);
    assumeTrue(group.isPresent(), "no control group can be made here");
    return group.get();
  }

  private static void awaitContent(Path file, String content) throws Exception {
    long deadline = System.nanoTime() + Screen.PATIENCE.toNanos();
    while (!Files.readString(file).equals(content)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private void awaitMembers(ProcessScope scope, int count) throws Exception {
    long deadline = System.nanoTime() + Screen.PATIENCE.toNanos();
    while (scope.members().size() < count) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep 1000 & wait",
        "nohup sleep 1000 >/dev/null 2>&1 & wait",
        "setsid sleep 1000 & wait",
        "setsid sh -c 'trap \"\" HUP TERM; sleep 1000; sleep 1000' & wait",
        "( ( setsid sleep 1000 & ) & ) ; sleep 1000",
        "env -i setsid sleep 1000 & sleep 1000 & wait"
      })
  void everythingStartedIsGoneWithoutAControlGroup(String commands) throws Exception {
    ProcessScope scope = new ProcessScope(mark, Optional.empty());
    ProgramProcess process = start(scope, commands);
    awaitMembers(scope, 2);

    assertThat(scope.end(GRACE)).isTrue();

    process.await();
    assertThat(survivors()).isZero();
    assertThat(scope.members()).isEmpty();
  }

  @Test
  void processThatHidCompletelyIsGoneWithAControlGroup() throws Exception {
    Cgroup cgroup = group();
    ProcessScope scope = new ProcessScope(mark, Optional.of(cgroup));
    ProgramProcess process =
        start(scope, "( ( exec env -i setsid sleep 1000 ) & ) ; exec env -i sleep 1000");
    awaitMembers(scope, 2);
    Set<Long> members = scope.members();

    assertThat(scope.end(GRACE)).isTrue();

    process.await();
    assertThat(members).allSatisfy(pid -> assertThat(ProcessTable.entry(pid)).isNull());
    assertThat(Files.exists(cgroup.entrance())).isFalse();
  }

  @Test
  void processesThatForkAllTheTimeAreCaught() throws Exception {
    ProcessScope scope = new ProcessScope(mark, Optional.empty());
    ProgramProcess process =
        start(scope, "f() { setsid sh -c 'sleep 0.01; :' & sleep 0.005; }; while :; do f; done");
    awaitMembers(scope, 3);

    assertThat(scope.end(Duration.ZERO)).isTrue();

    process.await();
    assertThat(survivors()).isZero();
  }

  /** Whoever is seen is gone when he is asked for again, and has a child. */
  @Test
  void processesThatLiveForAMomentDoNotDelayTheEndForEver(@TempDir Path directory)
      throws Exception {
    Path stop = directory.resolve("stop");
    Path generation = directory.resolve("generation");
    Files.writeString(
        generation, "trap '' HUP; [ -e '%s' ] && exit; sh '%s' &".formatted(stop, generation));
    ProcessScope scope = new ProcessScope(mark, Optional.empty());
    ProgramProcess process = start(scope, "sh '%s'".formatted(generation));
    try {
      awaitMembers(scope, 1);

      // Without a control group nothing can hold them; a test with one is below.
      boolean _ = scope.end(GRACE);
    } finally {
      Files.createFile(stop);
    }

    process.await();
    assertThat(scope.end(GRACE)).isTrue();
  }

  @Test
  void processesThatLiveForAMomentAreCaughtInAControlGroup(@TempDir Path directory)
      throws Exception {
    Path generation = directory.resolve("generation");
    Files.writeString(generation, "trap '' HUP; sh '%s' &".formatted(generation));
    ProcessScope scope = new ProcessScope(mark, Optional.of(group()));
    ProgramProcess process = start(scope, "sh '%s'".formatted(generation));
    awaitMembers(scope, 1);

    assertThat(scope.end(GRACE)).isTrue();

    process.await();
    assertThat(survivors()).isZero();
  }

  @Test
  void politeProcessMayCleanUpOnHangup() throws Exception {
    Path file = Files.createTempFile("postern", "scope");
    ProcessScope scope = new ProcessScope(mark, Optional.empty());
    ProgramProcess process =
        start(
            scope,
            "trap 'echo clean >%s; exit' HUP; sleep 1000 & echo ready >%s; wait"
                .formatted(file, file));
    awaitContent(file, "ready\n");

    scope.end(Duration.ofSeconds(10));

    process.await();
    assertThat(Files.readString(file)).isEqualTo("clean\n");
    Files.delete(file);
  }

  @Test
  void strangersAreNotTouched() throws Exception {
    ProcessScope other = new ProcessScope(Screen.newMark(), Optional.empty());
    ProgramProcess stranger = start(other, "sleep 1000 & wait");
    ProcessScope scope = new ProcessScope(mark, Optional.empty());
    ProgramProcess process = start(scope, "sleep 1000 & wait");
    awaitMembers(scope, 2);
    awaitMembers(other, 2);

    scope.end(GRACE);

    process.await();
    assertThat(other.members()).hasSizeGreaterThanOrEqualTo(2);
    other.end(GRACE);
    stranger.await();
  }
}
