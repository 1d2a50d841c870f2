package dev.postern.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ProcessTableTest {
  private static final long OWN = ProcessHandle.current().pid();

  @TempDir Path directory;

  private static ProcessTable.Entry living(long pid) {
    return Optional.ofNullable(ProcessTable.entry(pid)).orElseThrow();
  }

  @Test
  void nameThatLooksLikeTheFieldsAfterItMisleadsNobody() throws Exception {
    Path program = directory.resolve("a) Z 7 (8 9");
    Files.copy(Path.of("/bin/sleep"), program);
    Process process = new ProcessBuilder("setsid", program.toString(), "1000").start();
    try {
      awaitCommand(process, program.toString());
      ProcessTable.Entry entry = living(process.pid());

      assertThat(entry.parent()).isEqualTo(OWN);
      assertThat(entry.session()).isEqualTo(process.pid());
      assertThat(ProcessTable.living()).contains(entry);
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(ProcessTable.entry(process.pid())).isNull();
  }

  private static void awaitCommand(Process process, String command) {
    long deadline = System.nanoTime() + Screen.PATIENCE.toNanos();
    while (!process.info().command().orElse("").equals(command)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void parentIsNotYoungerThanItsChild() throws Exception {
    Process child = new ProcessBuilder("sleep", "1000").start();
    try {
      ProcessTable.Entry own = living(OWN);
      ProcessTable.Entry its = living(child.pid());

      assertThat(its.startTicks()).isGreaterThanOrEqualTo(own.startTicks());
      assertThat(its.session()).isEqualTo(own.session());
      assertThat(ProcessTable.living()).contains(own, its);
    } finally {
      child.destroyForcibly().waitFor();
    }
  }
}
